#include "firmware/admin/metrics_door.h"

#include <doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using samples::body_of;
using samples::field_of;
using samples::Owner;

namespace {

constexpr const char* kMetricsToken = "kR3mzuq8Wv1yTnD5bXoJ";

struct Scene {
    explicit Scene(bool offered = true, const char* token = kMetricsToken, Owner::Has has = Owner::Has::kAll) : owner(has) {
        AdminOptions options;
        if (offered) options.metrics.text = [] { return std::string("up 1\n"); };
        if (token != nullptr) options.metrics.token = std::make_shared<const Secret>(std::string(token));
        site = make_admin_site(control, *owner.desk, options);
    }
    http::Response bring(std::vector<http::FieldView> fields, Method method = Method::kGet) {
        return samples::ask(*site, {.method = method, .path = "/metrics", .fields = std::move(fields)});
    }
    samples::FakeControl control{samples::by_name("valid").status};
    Owner owner;
    std::shared_ptr<http::Handler> site;
};

const std::string kRight = std::string("Bearer ") + kMetricsToken;

}  // namespace

TEST_CASE("metrics: the right token opens them, and nothing else does") {
    Scene scene;
    for (const std::string& right : {kRight, std::string("bearer ") + kMetricsToken, std::string("BEARER   ") + kMetricsToken}) {
        const auto answer = scene.bring({{"authorization", right}});
        CHECK(answer.status == 200);
        CHECK(body_of(answer) == "up 1\n");
        CHECK(field_of(answer, "content-type") == "text/plain; version=0.0.4; charset=utf-8");
        CHECK(field_of(answer, "cache-control") == "no-store");
    }
    const std::string token = kMetricsToken;
    const std::vector<std::string> wrongs = {"",
                                             "Bearer",
                                             "Bearer ",
                                             token,
                                             "Basic " + token,
                                             kRight + "x",
                                             kRight.substr(0, kRight.size() - 1),
                                             "Bearer kr3MZUQ8wV1YtNd5BxOj",
                                             "Bearer " + token + ", " + kRight};
    for (const std::string& wrong : wrongs) {
        CAPTURE(wrong);
        const auto refused = scene.bring({{"Authorization", wrong}});
        CHECK(refused.status == 401);
        CHECK(field_of(refused, "www-authenticate").substr(0, 6) == "Bearer");
        CHECK(body_of(refused).find(token) == std::string::npos);
    }
    CHECK(scene.bring({}).status == 401);
    CHECK(scene.bring({{"Authorization", kRight}, {"Authorization", kRight}}).status == 401);
    CHECK(scene.bring({{"Authorization", kRight}}, Method::kPost).status == 405);
    CHECK(scene.bring({{"Authorization", kRight}}, Method::kHead).status == 200);
}

TEST_CASE("metrics: a session opens them too, the token opens nothing else") {
    Scene scene(true, nullptr);
    CHECK(scene.owner.ask(*scene.site, {.path = "/metrics"}).status == 200);
    CHECK(scene.bring({{"Authorization", "Bearer "}}).status == 401);
    CHECK(scene.bring({{"Authorization", kRight}}).status == 401);
    Scene other;
    for (const char* path : {"/api/v1/status", "/api/v1/history"})
        CHECK(samples::ask(*other.site, {.path = path, .fields = {{"Authorization", kRight}}}).status == 401);
    CHECK(samples::ask(*other.site, {.path = "/", .fields = {{"Authorization", kRight}}}).status == 303);
}

TEST_CASE("metrics: none when they are off, for strangers, and before there is a password") {
    Scene off(false);
    CHECK(off.bring({{"Authorization", kRight}}).status == 404);
    CHECK(off.owner.ask(*off.site, {.path = "/metrics"}).status == 404);
    Scene scene;
    CHECK(samples::ask(*scene.site, {.path = "/metrics", .peer = "203.0.113.9", .fields = {{"Authorization", kRight}}}).status == 403);
    CHECK(samples::ask(*scene.site, {.path = "/metrics", .host = "evil.example", .fields = {{"Authorization", kRight}}}).status == 421);
    Scene fresh(true, kMetricsToken, Owner::Has::kNothing);
    CHECK(fresh.bring({{"Authorization", kRight}}).status == 303);
}

TEST_CASE("history: an hour, or a day, for who is logged in") {
    Scene scene;
    CHECK(samples::ask(*scene.site, {.path = "/api/v1/history"}).status == 401);
    const auto hour = scene.owner.ask(*scene.site, {.path = "/api/v1/history"});
    CHECK(hour.status == 200);
    CHECK(nlohmann::json::parse(body_of(hour)) ==
          nlohmann::json({{"step_s", 60}, {"requests", {1, 2}}, {"handshakes", {0, 1}}, {"connections", {3, 3}}, {"errors", {0, 0}}}));
}
