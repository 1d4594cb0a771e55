#include "server/site/error_pages.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "server/base/limits.h"
#include "server/http/mime.h"
#include "server/http/status.h"
#include "server/site/open_beneath.h"
#include "server/site/part_body.h"
#include "server/site/prebuilt.h"

namespace postern::site {
namespace {

enum class Found : unsigned char { kRead, kGone, kNotNow };

// As much as its size says; a page that is being written is taken the next time.
Found read_page(int root, const std::string& path, std::string& body) {
    Opened opened = open_beneath(root, path);
    if (!opened.fd) {
        const bool short_of = opened.error == EMFILE || opened.error == ENFILE || opened.error == ENOMEM || opened.error == EIO;
        return short_of ? Found::kNotNow : Found::kGone;
    }
    struct stat status {};
    if (::fstat(opened.fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return Found::kGone;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > limits::kCachedFile) return Found::kGone;
    body.resize(static_cast<std::size_t>(size));
    const auto bytes = bytes_of(std::move(opened.fd));
    for (std::size_t at = 0; at < body.size();) {
        const std::size_t n = bytes->read_at(at, body.data() + at, body.size() - at);
        if (n == 0) return Found::kNotNow;
        at += n;
    }
    return Found::kRead;
}

std::shared_ptr<const http::Prebuilt> make_page(std::uint16_t status, const std::string& path, const std::string& body) {
    return make_prebuilt("HTTP/1.1 " + std::to_string(status) + " " + std::string(http::reason_of(status)) + "\r\nContent-Type: " +
                             std::string(http::media_type(path)) + "\r\nContent-Length: " + std::to_string(body.size()) +
                             "\r\nX-Content-Type-Options: nosniff\r\n",
                         body);
}

}  // namespace

Result<std::unique_ptr<ErrorPages>> ErrorPages::open(std::shared_ptr<http::Handler> inner, const std::string& root,
                                                     const ErrorPageFiles& files) {
    UniqueFd folder(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return Error::system(root, errno);
    return std::make_unique<ErrorPages>(std::move(inner), std::move(folder), files);
}

ErrorPages::ErrorPages(std::shared_ptr<http::Handler> inner, UniqueFd root, const ErrorPageFiles& files)
    : inner_(std::move(inner)), root_(std::move(root)) {
    not_found_.path = files.not_found;
    server_error_.path = files.server_error;
    for (Page* page : {&not_found_, &server_error_}) look(*page);
}

void ErrorPages::look(Page& page) {
    if (page.path.empty()) return;
    std::string body;
    const Found found = read_page(root_.get(), page.path, body);
    if (found == Found::kNotNow) return;
    page.there = found == Found::kRead;
    if (page.there && body == page.body) return;
    page.body = std::move(body);
    page.made.clear();
}

void ErrorPages::dress(http::Response& response, SteadyTime now) {
    const std::uint16_t status = response.status;
    if (status != 404 && status < 500) return;
    Page& page = status == 404 ? not_found_ : server_error_;
    if (page.path.empty() || response.prebuilt != http::status_page(status)) return;
    if (now >= page.next_look) {
        page.next_look = now + limits::kCacheTrust;
        look(page);
    }
    if (!page.there) return;
    auto& made = page.made[status];
    if (!made) made = make_page(status, page.path, page.body);
    response.prebuilt = made;
}

// An answer that comes later may be one of ours too: 502, 504. The connection that waits for it holds the handler.
class ErrorPages::Promised final : public http::Later {
public:
    Promised(std::unique_ptr<http::Later> inner, ErrorPages& pages) : inner_(std::move(inner)), pages_(pages) {}
    bool take(http::Response& into) override {
        if (!inner_->take(into)) return false;
        pages_.dress(into, pages_.now_);
        return true;
    }
    bool keeps_time() const override { return inner_->keeps_time(); }

private:
    std::unique_ptr<http::Later> inner_;
    ErrorPages& pages_;
};

http::Response ErrorPages::handle(const http::Request& request, const http::Context& context) {
    now_ = context.now;
    http::Response response = inner_->handle(request, context);
    if (response.later) response.later = std::make_unique<Promised>(std::move(response.later), *this);
    else dress(response, now_);
    return response;
}

}  // namespace postern::site
