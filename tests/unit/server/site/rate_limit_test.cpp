#include "server/site/rate_limit.h"

#include <doctest.h>

#include <atomic>
#include <thread>

#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

Ip client(std::string_view text) { return Ip::parse(text).value().client(); }

SteadyTime at(long long ms) { return SteadyTime(Millis(1'000'000 + ms)); }

class Ok final : public http::Handler {
public:
    http::Response handle(const http::Request&, const http::Context&) override {
        http::Response response;
        response.static_body = "ok";
        return response;
    }
};

}  // namespace

TEST_CASE("a burst, and then the rate") {
    struct Row {
        Rate rate;
        Millis between;  // two requests, when the burst is over
    };
    for (const Row& row : {Row{{10, Seconds(1), 20}, Millis(100)}, {{1, Seconds(1), 1}, Millis(1000)}, {{30, Seconds(60), 5}, Millis(2000)},
                           {{1, Seconds(3600), 3}, Millis(3600'000)}, {{100000, Seconds(1), 100}, Millis(0)}}) {
        CAPTURE(row.rate.count);
        RateTable table(row.rate, 7);
        const Ip one = client("192.0.2.1"), other = client("192.0.2.2");
        for (int i = 0; i < row.rate.burst; ++i) CHECK(table.take(one, at(0)) == Millis(0));
        if (row.between == Millis(0)) continue;
        for (int i = 0; i < 5; ++i) CHECK(table.take(one, at(0)) == row.between);  // who is refused pays nothing
        CHECK(table.take(other, at(0)) == Millis(0));
        CHECK(table.take(one, at(row.between.count() - 1)) == Millis(1));
        CHECK(table.take(one, at(row.between.count())) == Millis(0));
        CHECK(table.take(one, at(row.between.count())) == row.between);
        const long long later = row.between.count() * (row.rate.burst + 1);
        for (int i = 0; i < row.rate.burst; ++i) CHECK(table.take(one, at(later)) == Millis(0));
        CHECK(table.take(one, at(later)) > Millis(0));
    }
}

TEST_CASE("one client is an IPv4 address or an IPv6 /64") {
    RateTable table({1, Seconds(60), 1}, 7);
    CHECK(table.take(client("192.0.2.1"), at(0)) == Millis(0));
    CHECK(table.take(client("::ffff:192.0.2.1"), at(0)) > Millis(0));
    CHECK(table.take(client("2001:db8::1"), at(0)) == Millis(0));
    CHECK(table.take(client("2001:db8::ffff:1"), at(0)) > Millis(0));
    CHECK(table.take(client("2001:db8:0:1::1"), at(0)) == Millis(0));
}

TEST_CASE("a crowd pushes out those who owe least") {
    RateTable table({1, Seconds(1), 100}, 7);
    const Ip greedy = client("192.0.2.1");
    for (int i = 0; i < 100; ++i) CHECK(table.take(greedy, at(0)) == Millis(0));
    for (unsigned i = 0; i < 20000; ++i) {
        Ip one;
        one.bits = {10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
        (void)table.take(one, at(0));
    }
    CHECK(table.take(greedy, at(0)) > Millis(0));
}

TEST_CASE("the limit holds with several loops") {
    RateTable table({10, Seconds(3600), 50}, 7);
    std::atomic<int> passed{0};
    std::vector<std::thread> loops;
    for (int t = 0; t < 4; ++t)
        loops.emplace_back([&] {
            for (int i = 0; i < 100; ++i) passed += table.take(client("192.0.2.1"), at(0)) == Millis(0) ? 1 : 0;
        });
    for (std::thread& loop : loops) loop.join();
    CHECK(passed == 50);
}

TEST_CASE("who asks too often gets a 429 with whole seconds, at least one") {
    RateLimit site(std::make_shared<Ok>(), std::make_shared<RateTable>(Rate{10, Seconds(1), 2}, 7));
    Browser browser(site);
    browser.wire().context.peer = "192.0.2.1";
    CHECK(browser.get("/").body == "ok");
    CHECK(browser.ask("POST /").status == 200);
    const Answer refused = browser.get("/");
    CHECK(refused.status == 429);
    CHECK(refused.field("Retry-After") == "1");
    CHECK(!browser.closed());
    browser.wait(Seconds(1));
    CHECK(browser.get("/").status == 200);
    browser.wire().context.peer = "";  // a socket of this machine
    for (int i = 0; i < 10; ++i) CHECK(browser.get("/").status == 200);
}

TEST_CASE("a request that is asked about twice counts once") {
    // Its password is looked at first.
    class Looks final : public http::Handler {
    public:
        http::Response handle(const http::Request& request, const http::Context&) override {
            http::Response response;
            if (request.again) {
                response.static_body = "ok";
                return response;
            }
            response.later = std::make_unique<Seen>();
            response.again = true;
            return response;
        }

    private:
        class Seen final : public http::Later {
        public:
            bool take(http::Response&) override { return true; }
        };
    };
    RateLimit site(std::make_shared<Looks>(), std::make_shared<RateTable>(Rate{10, Seconds(1), 2}, 7));
    http::Request request;
    http::Context context;
    context.peer = "192.0.2.1";
    context.now = at(0);
    for (int i = 0; i < 2; ++i) {
        request.again = false;
        CHECK(site.handle(request, context).again);
        request.again = true;
        CHECK(site.handle(request, context).static_body == "ok");
    }
    request.again = false;
    CHECK(site.handle(request, context).status == 429);
}

}  // namespace postern::site::test
