// The warm path must not allocate: counted here by replacing operator new for the whole unit program.
#include <doctest.h>

#include <algorithm>
#include <ctime>

#include "server/http/answer_counts.h"
#include "tests/unit/server/http/count_allocations.h"
#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

// As a cache of files answers.
class Cached final : public Handler {
public:
    explicit Cached(std::size_t size) {
        auto made = std::make_shared<Prebuilt>();
        made->bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " +
                      std::to_string(size) + "\r\nETag: \"0123456789abcdef\"\r\n\r\n";
        made->head_size = made->bytes.size();
        made->bytes.append(size, 'x');
        made->body_size = size;
        made_ = std::move(made);
    }
    Response handle(const Request&, const Context&) override {
        Response response;
        response.prebuilt = made_;
        return response;
    }

private:
    std::shared_ptr<const Prebuilt> made_;
};

constexpr std::string_view kWrk = "GET /1k.html HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
constexpr std::string_view kChrome =
    "GET /path/to/page.html?query=1 HTTP/1.1\r\nHost: www.example.org\r\nConnection: keep-alive\r\n"
    "Cache-Control: max-age=0\r\nsec-ch-ua: \"Chromium\";v=\"120\", \"Not A Brand\";v=\"99\"\r\nsec-ch-ua-mobile: ?0\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) "
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36\r\nAccept: text/html,application/xhtml+xml,"
    "application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Dest: document\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en-GB,en;q=0.9\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";

}  // namespace

TEST_CASE("a keep-alive request for a prebuilt answer allocates nothing") {
    Cached handler(1024);
    AnswerCounts counts;
    for (const std::string_view request : {kWrk, kChrome}) {
        Wire wire;
        wire.context.counts = &counts;
        std::string window(65536, '\0');
        auto once = [&](std::string_view bytes) {
            Output out(window.data(), window.size());
            CHECK(wire.session->feed(bytes, handler, wire.context, out) == bytes.size());
            return out.size();
        };
        once(request);
        const long before = g_allocations;
        for (int i = 0; i < 100; ++i) CHECK(once(request) > 1024);
        CHECK(g_allocations == before);
    }
    ByStatus counted;
    counts.add_to(counted);
    CHECK(counted == ByStatus{{200, 202}});
}

TEST_CASE("an idle session holds one small object and nothing else") {
    Wire wire;
    wire.send(kWrk, 1);
    const long before = g_allocations;
    const auto session = make_h1_session(wire.scratch);
    CHECK(g_allocations - before == 1);
}

// Not a check but a figure: run with --no-skip --test-case="speed*", optimised. CPU time, the best of some rounds.
TEST_CASE("speed of the warm path" * doctest::skip()) {
    Cached handler(1024);
    Wire wire;
    std::string window(65536, '\0');
    constexpr int kRequests = 9000;
    AnswerCounts counts;
    for (const std::string_view request : {kWrk, kChrome, kWrk, kChrome}) {
        double best = 1e9;
        std::size_t bytes = 0;
        for (int round = 0; round < 200; ++round) {
            wire.session = make_h1_session(wire.scratch);
            const std::clock_t begin = std::clock();
            for (int i = 0; i < kRequests; ++i) {
                Output out(window.data(), window.size());
                wire.session->feed(request, handler, wire.context, out);
                bytes = out.size();
            }
            best = std::min(best, static_cast<double>(std::clock() - begin) * 1e9 / CLOCKS_PER_SEC / kRequests);
        }
        MESSAGE(request.size(), " bytes in, ", bytes, " out: ", best, wire.context.counts ? " ns a request, counted" : " ns a request");
        if (request == kChrome) wire.context.counts = &counts;
    }
}

}  // namespace postern::http::test
