#include "server/site/file_response.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace postern::site {
namespace {

// pread that goes on after a signal. 0: the end, or an error.
std::size_t read_at(int fd, char* into, std::size_t room, std::uint64_t at) {
    ssize_t n = -1;
    do n = ::pread(fd, into, room, static_cast<off_t>(at));
    while (n < 0 && errno == EINTR);
    return n > 0 ? static_cast<std::size_t>(n) : 0;
}

class FileSource final : public http::BodySource {
public:
    FileSource(UniqueFd fd, std::uint64_t length) : fd_(std::move(fd)), length_(length) {}

    std::uint64_t length() const override { return length_; }

    std::size_t read(char* into, std::size_t room) override {
        const std::size_t n = read_at(fd_.get(), into, room, at_);
        at_ += n;
        return n;
    }

private:
    UniqueFd fd_;
    std::uint64_t length_;
    std::uint64_t at_ = 0;
};

std::string validator_lines(const FileFacts& facts) {
    std::string lines = "ETag: " + facts.etag + "\r\n";
    if (!facts.modified_text.empty()) lines += "Last-Modified: " + facts.modified_text + "\r\n";
    return lines;
}

std::shared_ptr<http::Prebuilt> prebuilt(std::string head) {
    auto made = std::make_shared<http::Prebuilt>();
    made->bytes = std::move(head);
    made->head_size = made->bytes.size();
    return made;
}

}  // namespace

bool read_file(const OpenFile& file, CachedFile& out) {
    const auto size = static_cast<std::size_t>(file.stamp.size);
    auto made = prebuilt("HTTP/1.1 200 OK\r\nContent-Type: " + std::string(file.media_type) +
                         "\r\nContent-Length: " + std::to_string(size) + "\r\n" + validator_lines(file.facts) +
                         "X-Content-Type-Options: nosniff\r\n\r\n");
    made->bytes.resize(made->head_size + size);
    made->body_size = size;
    std::size_t at = 0;
    while (at < size) {
        const std::size_t n = read_at(file.fd.get(), made->bytes.data() + made->head_size + at, size - at, at);
        if (n == 0) return false;
        at += n;
    }
    out.content = std::move(made);
    out.not_modified = prebuilt("HTTP/1.1 304 Not Modified\r\n" + validator_lines(file.facts) + "\r\n");
    out.facts = file.facts;
    out.stamp = file.stamp;
    return true;
}

http::Response stream_file(OpenFile file) {
    http::Response response;
    response.fields.emplace_back("Content-Type", file.media_type);
    response.fields.emplace_back("ETag", std::move(file.facts.etag));
    if (!file.facts.modified_text.empty()) {
        response.fields.emplace_back("Last-Modified", std::move(file.facts.modified_text));
    }
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
    response.source = std::make_unique<FileSource>(std::move(file.fd), file.stamp.size);
    return response;
}

http::Response not_modified(const FileFacts& facts) {
    http::Response response;
    response.status = 304;
    response.prebuilt = prebuilt("HTTP/1.1 304 Not Modified\r\n" + validator_lines(facts) + "\r\n");
    return response;
}

}  // namespace postern::site
