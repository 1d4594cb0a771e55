// Changes of the configuration that let somebody in, sign or run want the password, typed a moment ago; no others do.
#include <doctest.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using nlohmann::json;
using samples::body_of;
using samples::field_of;
using samples::Owner;

namespace {

constexpr const char* kIni = "/etc/postern.ini";
constexpr const char* kConfig = "/api/v1/config";
const std::string kOld = "[server]\nlog_level = info\n[site a.example]\ncertificate = self-signed\n";

struct Scene {
    Scene() {
        owner.files.put(kIni, kOld);
        AdminOptions options;
        options.hub = &hub;
        options.editor = &editor;
        site = make_admin_site(control, *owner.desk, options);
    }
    http::Response ask(Method method, const std::string& path, const std::string& body, const std::string& if_match) const {
        return owner.ask(*site, {.method = method, .path = path, .body = body, .fields = {{"If-Match", if_match}}});
    }
    std::string etag() const { return json::parse(body_of(owner.ask(*site, {.path = kConfig}))).at("etag"); }
    http::Response save(const std::string& text) const { return ask(Method::kPut, kConfig, json({{"text", text}}).dump(), etag()); }
    http::Response go_back() const { return ask(Method::kPost, "/api/v1/config/previous", "{}", etag()); }
    std::string text() { return owner.shared.read(kIni, 10000).value(); }
    void type_password() {
        const auto confirmed = owner.ask(*site, {.method = Method::kPost, .path = "/api/v1/session/confirm",
                                                 .body = json({{"password", samples::kPassword}}).dump()});
        REQUIRE(confirmed.status == 200);
        owner.cookie = Owner::cookie_in(confirmed);
    }

    samples::FakeControl control{samples::by_name("fresh").status};
    Owner owner;
    EventHub hub;
    config::Editor editor{owner.shared, kIni, false};
    std::shared_ptr<http::Handler> site;
};

bool wants_password(const http::Response& response) {
    return response.status == 403 && field_of(response, "content-type") == "application/problem+json" &&
           body_of(response).find("POST /api/v1/session/confirm") != std::string::npos;
}

}  // namespace

TEST_CASE("guarded: without the password nothing of it is saved, with it all is") {
    Scene scene;
    for (const std::string more : {"[admin]\nallow = any\n", "[hooks]\npost = /tmp/evil\n", "[deploy x]\ncommand = /tmp/evil\n",
                                   "[acme]\nemail = evil@evil.example.com\n", "[ca mine]\nurl = https://ca.evil.example/dir\n"}) {
        CAPTURE(more);
        scene.owner.let_confirmation_pass();
        const auto calls = scene.control.calls.size();
        CHECK(wants_password(scene.save(scene.text() + more)));
        CHECK(scene.text() == kOld);
        CHECK(scene.control.calls.size() == calls);  // not read again either
        scene.type_password();
        CHECK(scene.save(kOld + more).status == 200);
        CHECK(scene.text() == kOld + more);
        scene.owner.let_confirmation_pass();
        CHECK(wants_password(scene.save(kOld)));  // to take it out, too
        CHECK(wants_password(scene.go_back()));
        scene.type_password();
        CHECK(scene.go_back().status == 200);
        CHECK(scene.text() == kOld);
    }
}

TEST_CASE("guarded: all else is saved without it") {
    Scene scene;
    scene.owner.let_confirmation_pass();
    for (const std::string& text : {kOld + "# a comment: [admin]\n", std::string("[server]\nlog_level = debug\n[site b.example]\ncertificate = self-signed\n")}) {
        CAPTURE(text);
        CHECK(scene.save(text).status == 200);
        CHECK(scene.text() == text);
    }
    CHECK(scene.go_back().status == 200);
}

TEST_CASE("guarded: what would not be saved anyway is told first") {
    Scene scene;
    scene.owner.let_confirmation_pass();
    const std::string evil = kOld + "[hooks]\npost = /tmp/evil\n";
    CHECK(scene.save(evil + "no_such_key = 1\n").status == 422);
    CHECK(scene.ask(Method::kPut, kConfig, json({{"text", evil}}).dump(), "\"stale\"").status == 412);
    scene.owner.shared.alone([&] { scene.owner.files.deny("/etc", EROFS); });
    CHECK(scene.save(evil).status == 409);
    CHECK(scene.text() == kOld);
}

TEST_CASE("guarded: the first site is written right after the login, and later with the password") {
    Scene scene;
    const auto wish = [&] {
        return scene.ask(Method::kPost, "/api/v1/first-site", R"({"names":["a.example"],"agree_tos":true,"email":"me@a.example"})", scene.etag());
    };
    scene.owner.let_confirmation_pass();
    CHECK(wants_password(wish()));
    CHECK(scene.text() == kOld);
    CHECK(scene.control.calls.empty());
    scene.type_password();
    CHECK(wish().status == 200);
    Scene fresh;
    CHECK(fresh.ask(Method::kPost, "/api/v1/first-site", R"({"names":["a.example"],"agree_tos":true})", fresh.etag()).status == 200);
}

TEST_CASE("guarded: a refusal is noted") {
    Scene scene;
    scene.owner.let_confirmation_pass();
    CHECK(wants_password(scene.save(kOld + "[admin]\nallow = any\n")));
    scene.owner.office.stop();
    CHECK(scene.owner.audit->last(1).at(0).action == "config");
    CHECK(scene.owner.audit->last(1).at(0).outcome == "password wanted");
}
