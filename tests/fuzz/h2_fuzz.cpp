// The HTTP/2 session on any frames. The input is a list of frames, so that mutations stay frames: type, flags, stream, length,
// payload; an odd first byte means that it is bytes as they come. Beyond not crashing: what a handler is given is clean, it is
// given no more than one connection may hold, and the session always gets on or says that it is at its end.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/http/chars.h"
#include "server/http/h2_session.h"

namespace postern::http {
namespace {

constexpr std::size_t kMaxBody = 300;
constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

void require(bool truth, const char* what) {
    if (truth) return;
    static_cast<void>(std::fprintf(stderr, "not so: %s\n", what));
    std::abort();
}

class Judge final : public Handler {
public:
    Response handle(const Request& request, const Context&) override {
        require(request.major == 2, "it is HTTP/2");
        require(!request.path.empty() && (request.path.front() == '/' || request.path == "*"), "a path is there");
        require((std::string(request.path) + "/").find("/../") == std::string::npos, "the path is resolved");
        require(find_control(request.path, 0, false) == request.path.size(), "the path has no control characters");
        require(request.fields.size() <= limits::kRequestFields, "fields are counted");
        require(request.body.size() <= kMaxBody, "the body is within its limit");
        for (const FieldView& field : request.fields) {
            require(!field.name.empty() && field.name.front() != ':', "a field has a name, and is no pseudo-header field");
            require(std::none_of(field.name.begin(), field.name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }), "in lower case");
            require(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "a value is one line");
        }
        require(!request.host.empty(), "a host is there");
        Response response;
        if (request.method == Method::kDelete) response.status = 204;
        else response.body.assign(request.target.size() * 211 % 40009, 'x');
        response.close = request.has_query && request.query == "close";
        return response;
    }
};

// Five bytes before each payload: type, flags, stream (one byte), length (two).
std::string frames_of(std::string_view input) {
    std::string bytes;
    while (input.size() >= 5) {
        const auto at = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
        const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(at(3)) << 8 | at(4), input.size() - 5);
        const char head[] = {0, static_cast<char>(size >> 8), static_cast<char>(size), static_cast<char>(at(0) % 12), input[1], 0, 0, 0, input[2]};
        (bytes += std::string_view(head, sizeof head)) += input.substr(5, size);
        input.remove_prefix(5 + size);
    }
    return bytes;
}

void run(std::string_view bytes, std::size_t chunk, std::size_t room, std::size_t max_body) {
    RequestScratch scratch;
    Judge judge;
    Context context;
    context.now = SteadyTime(Seconds(1000));
    const auto session = make_h2_session(scratch, max_body);
    require(session != nullptr, "it is made");
    std::string window(room, '\0');
    while (!bytes.empty() && session->phase() != Phase::kClosing) {
        Output out(window.data(), window.size());
        const std::size_t taken = session->feed(bytes.substr(0, chunk), judge, context, out);
        require(taken <= bytes.size(), "no more is taken than given");
        require(taken > 0 || session->phase() == Phase::kClosing, "input is taken");
        bytes.remove_prefix(taken);
    }
    for (int i = 0; session->phase() != Phase::kClosing && session->has_output(); ++i) {
        Output out(window.data(), window.size());
        session->resume(context, out);
        require(out.size() > 0 || !session->has_output(), "what there is gets written");
        require(i < 2000000, "it comes to an end");
    }
    Output out(window.data(), window.size());
    context.now += limits::kBodyTime;
    session->time_out(out, context);
    session->no_more_requests();
}

}  // namespace
}  // namespace postern::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::http;
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, std::min<std::size_t>(size - 1, 1 << 16));
    const std::string bytes = std::string(kPreface) + ((data[0] & 1) != 0 ? std::string(input) : frames_of(input));
    run(bytes, std::string_view::npos, 1 << 15, kMaxBody);
    run(bytes, 1 + size % 13, 64 + size % 29, 0);
    return 0;
}
