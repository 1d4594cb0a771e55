// The door through which a program fetches key and chain.
#include "firmware/admin/pull_door.h"

#include <doctest.h>

#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using samples::body_of;
using samples::field_of;
using samples::Owner;
using sharing::Pulled;

namespace {

constexpr const char* kPath = "/api/v1/pull/balancer/example.org";

struct Scene {
    explicit Scene(Owner::Has has = Owner::Has::kAll) : owner(has) {
        AdminOptions options;
        options.pull = [this](const sharing::PullOrder& order) {
            asked = order.receiver + "|" + order.certificate + "|" + std::string(order.token) + "|" + std::string(order.peer);
            return given;
        };
        site = make_admin_site(control, *owner.desk, options);
    }
    http::Response ask(std::vector<http::FieldView> fields, const std::string& path = kPath, Method method = Method::kGet) {
        return samples::ask(*site, {.method = method, .path = path, .peer = "192.168.1.9", .fields = std::move(fields)});
    }
    samples::FakeControl control{samples::by_name("valid").status};
    Owner owner;
    std::string asked;
    Pulled given{Pulled::Outcome::kGiven, "KEY\nCHAIN\n", "abcd"};
    std::shared_ptr<http::Handler> site;
};

const http::FieldView kToken{"authorization", "bearer w7Jd2tYp9QxZk4LmB6sR"};

}  // namespace

TEST_CASE("pull door: what is asked is handed on, and what is given goes out with a tag") {
    Scene scene;
    const auto given = scene.ask({kToken});
    CHECK(scene.asked == "balancer|example.org|w7Jd2tYp9QxZk4LmB6sR|192.168.1.9");
    CHECK(given.status == 200);
    CHECK(body_of(given) == "KEY\nCHAIN\n");
    CHECK(field_of(given, "etag") == "\"abcd\"");
    CHECK(field_of(given, "content-type") == "application/x-pem-file");
    CHECK(field_of(given, "cache-control") == "no-store");
    CHECK(scene.ask({kToken, {"if-none-match", "\"abcd\""}}).status == 304);
    CHECK(body_of(scene.ask({kToken, {"if-none-match", "\"old\", \"abcd\""}})).empty());
    CHECK(scene.ask({kToken, {"if-none-match", "\"old\""}}).status == 200);
}

TEST_CASE("pull door: it is open before there is a password, too") {
    Scene scene(Owner::Has::kNothing);
    CHECK(scene.ask({kToken}).status == 200);
}

TEST_CASE("pull door: whatever is not given has its status") {
    Scene scene;
    const std::pair<Pulled::Outcome, int> rows[] = {
        {Pulled::Outcome::kRefused, 401}, {Pulled::Outcome::kUnknown, 404}, {Pulled::Outcome::kNotYet, 409}};
    for (const auto& row : rows) {
        scene.given = {row.first, "no CA has signed one", ""};
        const auto answer = scene.ask({kToken});
        CHECK(answer.status == row.second);
        CHECK(field_of(answer, "content-type") == "application/problem+json");
        CHECK(!field_of(answer, "www-authenticate").empty() == (row.second == 401));
    }
    CHECK(scene.ask({kToken}, kPath, Method::kPost).status == 405);
    scene.asked.clear();
    CHECK(scene.ask({kToken}, "/api/v1/pull/balancer").status == 401);
    CHECK(scene.ask({kToken}, "/api/v1/pull/").status == 401);
    CHECK(scene.asked.empty());
}

TEST_CASE("pull door: a session is no token, and there is none where nobody may come") {
    Scene scene;
    scene.given = {};
    CHECK(scene.owner.ask(*scene.site, {.path = kPath}).status == 401);
    CHECK(scene.asked == "balancer|example.org||127.0.0.1");
    const auto none = make_admin_site(scene.control, *scene.owner.desk, {});
    CHECK(samples::ask(*none, {.path = kPath, .fields = {kToken}}).status == 401);
}
