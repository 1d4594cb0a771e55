// A cached file, the whole way through the front door: no allocation, no system call within the trust.
#include <doctest.h>

#include <ctime>

#include "server/site/hosts.h"
#include "server/site/static_files.h"
#include "tests/unit/server/http/count_allocations.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

struct NoTokens final : ChallengeSource {
    std::optional<std::string> key_authorization(std::string_view) const override { return std::nullopt; }
};

// A site with one file of 1 kB behind the front door.
struct Served {
    Served() {
        folder.write("1k.html", std::string(1024, 'x'));
        folder.write("1k.html.br", std::string(300, 'b'));
        folder.write("index.html", std::string(1024, 'i'));
        std::shared_ptr<http::Handler> files = StaticFiles::open({folder.path().string(), "index.html", nullptr}).value();
        hosts = std::make_unique<Hosts>(std::vector<HostEntry>{{{"*.example.org", "localhost"}, files, files}}, board,
                                        nullptr);
        context.wall = WallTime(Seconds(1'900'000'000));
        session = http::make_h1_session(scratch);
    }
    std::size_t ask(std::string_view request) {
        http::Output out(window.data(), window.size());
        session->feed(request, *hosts, context, out);
        return out.size();
    }

    Folder folder;
    NoTokens board;
    std::unique_ptr<Hosts> hosts;
    http::RequestScratch scratch;
    http::Context context;
    std::unique_ptr<http::Session> session;
    std::string window = std::string(65536, '\0');
};

constexpr std::string_view kWrk = "GET /1k.html HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";

}  // namespace

TEST_CASE("a cached file costs no allocation: 200, HEAD, 304, index, wildcard Host") {
    Served served;
    for (const std::string_view request :
         {kWrk, std::string_view("HEAD /1k.html HTTP/1.1\r\nHost: LOCALHOST\r\n\r\n"),
          std::string_view("GET /%31k.html?q HTTP/1.1\r\nHost: www.example.org\r\nIf-None-Match: *\r\n\r\n"),
          std::string_view("GET / HTTP/1.0\r\nHost: www.example.org\r\nConnection: keep-alive\r\n\r\n"),
          std::string_view("GET /1k.html HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\r\n"),
          std::string_view("GET /1k.html HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip;q=0.5, *;q=0.1\r\nIf-None-Match: *\r\n\r\n"),
          std::string_view("GET /1k.html HTTP/1.1\r\nHost: elsewhere\r\n\r\n")}) {
        CAPTURE(request);
        CHECK(served.ask(request) > 100);
        const long before = g_allocations;
        for (int i = 0; i < 100; ++i) CHECK(served.ask(request) > 100);
        CHECK(g_allocations == before);
    }
}

// Not a check but a figure: see its sibling in ../http.
TEST_CASE("speed of a cached file" * doctest::skip()) {
    Served served;
    double best = 1e9;
    constexpr int kRequests = 9000;
    for (int round = 0; round < 200; ++round) {
        served.session = http::make_h1_session(served.scratch);
        const std::clock_t begin = std::clock();
        for (int i = 0; i < kRequests; ++i) served.ask(kWrk);
        best = std::min(best, static_cast<double>(std::clock() - begin) * 1e9 / CLOCKS_PER_SEC / kRequests);
    }
    MESSAGE(best, " ns a request");
}

}  // namespace postern::site::test
