// The HTTP/1.1 session on any bytes. Beyond not crashing: however the input is cut and however narrow the output is,
// the same requests are seen and the same bytes answered; what a handler is given is clean; nothing follows the end.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/chars.h"
#include "server/http/h1_session.h"

namespace postern::http {
namespace {

constexpr std::size_t kMaxBody = 300;

void require(bool truth, const char* what) {
    if (truth) return;
    static_cast<void>(std::fprintf(stderr, "not so: %s\n", what));
    std::abort();
}

bool is_clean_path(std::string_view path) {
    if (path == "*") return true;
    const std::string inside = std::string(path) + "/";
    return path.front() == '/' && find_control(path, 0, false) == path.size() &&
           inside.find("/../") == std::string::npos && inside.find("/./") == std::string::npos &&
           path.find("//") == std::string_view::npos && path.find('\\') == std::string_view::npos;
}

// Whether a go-ahead is sent depends on what has come by then, rightly; all else must not.
std::string without_go_ahead(std::string text) {
    constexpr std::string_view kGoAhead = "HTTP/1.1 100 Continue\r\n\r\n";
    for (std::size_t at = text.find(kGoAhead); at != std::string::npos; at = text.find(kGoAhead, at)) {
        text.erase(at, kGoAhead.size());
    }
    return text;
}

// Notes what it is given and sees to it that it keeps what message.h promises.
class Judge final : public Handler {
public:
    Response handle(const Request& request, const Context&) override {
        require(is_clean_path(request.path), "the path is resolved");
        require(find_control(request.target, 0, true) == request.target.size(), "the target is visible ASCII");
        require(request.fields.size() <= limits::kRequestFields, "fields are counted");
        require(request.body.size() <= kMaxBody, "the body is within its limit");
        for (const FieldView& field : request.fields) {
            require(!field.name.empty(), "a field has a name");
            require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "a value is one line");
        }
        for (const char c : request.host) require(!(c >= 'A' && c <= 'Z'), "the host is lower case");
        require(!request.host.empty() || request.minor == 0, "a host is there");
        (((seen += request.method_text) += ' ') += request.path) += ' ';
        ((((seen += request.host) += ' ') += request.query) += ' ') += request.body;
        seen += '\n';
        Response response;
        if (request.method == Method::kDelete) response.status = 204;
        else response.body.assign(request.target.size() % 97, 'x');
        response.close = request.has_query && request.query == "close";
        return response;
    }

    std::string seen;
};

struct Outcome {
    std::string seen, sent;
    bool closed = false;

    bool operator==(const Outcome&) const = default;
};

Outcome run(std::string_view bytes, std::size_t chunk, std::size_t room, std::size_t max_body) {
    RequestScratch scratch;
    Judge judge;
    Context context;
    const auto session = make_h1_session(scratch, max_body);
    std::string window(room, '\0');
    Outcome outcome;
    while (true) {
        Output out(window.data(), window.size());
        const Phase before = session->phase();
        std::size_t taken = 0;
        if (before == Phase::kWriting) session->produce(out);
        else taken = session->feed(bytes.substr(0, chunk), judge, context, out);
        outcome.sent += out.bytes();
        require(taken <= bytes.size(), "no more is taken than given");
        bytes.remove_prefix(taken);
        const Phase after = session->phase();
        if (after == Phase::kClosing || (bytes.empty() && after != Phase::kWriting)) break;
        require(taken > 0 || out.size() > 0 || before != after, "every turn gets on");
    }
    outcome.seen = std::exchange(judge.seen, {});
    outcome.sent = without_go_ahead(std::move(outcome.sent));
    outcome.closed = session->phase() == Phase::kClosing;
    if (outcome.closed) {
        Output out(window.data(), window.size());
        require(session->feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n", judge, context, out) == 0, "nothing after the end");
        require(out.size() == 0 && judge.seen.empty(), "nothing is answered after the end");
    }
    return outcome;
}

}  // namespace
}  // namespace postern::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::http;
    const std::string_view bytes(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 1 << 17));
    for (const std::size_t max_body : {std::size_t{0}, kMaxBody}) {
        const Outcome whole = run(bytes, std::string_view::npos, 1 << 16, max_body);
        require(run(bytes, 1, 1 << 16, max_body) == whole, "bytes one by one change nothing");
        require(run(bytes, 1 + size % 13, 1 + size % 29, max_body) == whole, "chunks and windows change nothing");
    }
    return 0;
}
