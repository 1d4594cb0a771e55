// A cached file, the whole way through the front door: no allocation, no system call within the trust.
#include <doctest.h>

#include <ctime>

#include "server/site/allowed.h"
#include "server/site/basic_auth.h"
#include "server/site/hosts.h"
#include "server/site/rate_limit.h"
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

TEST_CASE("who may see a site, how often, and by which password costs no allocation") {
    class Page final : public http::Handler {
        http::Response handle(const http::Request&, const http::Context&) override {
            http::Response response;
            response.static_body = "ok";
            return response;
        }
    };
    class Known final : public CredentialCheck {
        Credential check(std::string_view, std::string_view, const http::Waker*) override { return {Credential::What::kRight, "ann"}; }
    };
    std::shared_ptr<http::Handler> site = std::make_shared<BasicAuth>(std::make_shared<Page>(), std::make_shared<Known>(), "realm");
    site = std::make_shared<RateLimit>(site, std::make_shared<RateTable>(Rate{100000, Seconds(1), 100000}, 7));
    const AddressRule rule{{Subnet::parse("2001:db8::/32").value(), Subnet::parse("10.0.0.0/8").value()}, {Subnet::parse("10.0.0.1").value()}};
    Allowed allowed(site, rule);
    http::Context context;
    context.secure = true;
    http::RequestScratch scratch;
    const auto session = http::make_h1_session(scratch);
    std::string window(4096, ' ');
    constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n\r\n";
    const auto ask = [&] {
        http::Output out(window.data(), window.size());
        (void)session->feed(kRequest, allowed, context, out);
        return out.bytes().substr(0, 12) == "HTTP/1.1 200";
    };
    for (const std::string_view peer : {"10.2.3.4", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", "::ffff:10.200.200.200"}) {
        context.peer = peer;
        CHECK(ask());
        const long before = g_allocations;
        for (int i = 0; i < 100; ++i) CHECK(ask());
        CHECK(g_allocations == before);
    }
}

}  // namespace postern::site::test
