#include "server/site/hsts.h"

#include <doctest.h>

#include <map>

using namespace postern;
using namespace postern::site;

namespace {

class Content final : public http::Handler {
public:
    http::Response handle(const http::Request&, const http::Context&) override {
        http::Response response;
        response.static_body = "hello";
        return response;
    }
};

struct Health final : CertHealth {
    WallTime public_until(const std::string& folder) const override {
        ++asked;
        const auto found = until.find(folder);
        return found == until.end() ? WallTime{} : found->second;
    }
    std::map<std::string, WallTime> until;
    mutable int asked = 0;
};

struct Scene {
    explicit Scene(HstsRule rule) : handler(std::make_shared<Content>(), rule, "home", health) {
        context.secure = true;
        context.wall = WallTime(Seconds(1795219200));
        context.now = SteadyTime(Seconds(3600));
    }
    std::string line() { return std::string(handler.handle({}, context).lines); }
    void pass(Seconds seconds) {
        context.wall += seconds;
        context.now += seconds;
    }
    Health health;
    Hsts handler;
    http::Context context;
};

using Kind = HstsRule::Kind;

}  // namespace

TEST_CASE("governed: nothing without a certificate from a CA, else the hours that it has left, at most a year") {
    Scene scene({Kind::kGoverned, {}, false, false});
    CHECK(scene.line().empty());
    scene.health.until["other"] = scene.context.wall + Seconds(90 * 86400);
    scene.pass(Seconds(60));
    CHECK(scene.line().empty());
    scene.health.until["home"] = scene.context.wall + Seconds(60 + 7200 + 59);
    scene.pass(Seconds(60));
    CHECK(scene.line() == "Strict-Transport-Security: max-age=7200\r\n");
    scene.pass(Seconds(60));
    CHECK(scene.line() == "Strict-Transport-Security: max-age=3600\r\n");  // a minute less than two hours
    scene.pass(Seconds(3600));
    CHECK(scene.line().empty());  // under an hour
    scene.health.until["home"] = scene.context.wall + Seconds(3 * 365 * 86400LL);
    scene.pass(Seconds(60));
    CHECK(scene.line() == "Strict-Transport-Security: max-age=31536000\r\n");
    scene.health.until.clear();
    scene.pass(Seconds(60));
    CHECK(scene.line().empty());  // the CA's certificate serves no longer
}

TEST_CASE("it is looked at once a minute, and the content stays as it is") {
    Scene scene({Kind::kGoverned, {}, false, false});
    for (int i = 0; i < 120; ++i) {
        CHECK(scene.handler.handle({}, scene.context).static_body == "hello");
        scene.pass(Seconds(1));
    }
    CHECK(scene.health.asked == 2);
}

TEST_CASE("a fixed age is told whatever serves, with what else was asked for") {
    Scene scene({Kind::kFixed, Seconds(63072000), true, true});
    CHECK(scene.line() == "Strict-Transport-Security: max-age=63072000; includeSubDomains; preload\r\n");
    CHECK(scene.health.asked == 0);
    Scene none({Kind::kFixed, Seconds(0), false, false});
    CHECK(none.line() == "Strict-Transport-Security: max-age=0\r\n");  // RFC 6797 section 6.1.1: forget it
}
