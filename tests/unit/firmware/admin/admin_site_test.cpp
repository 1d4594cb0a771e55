// Who gets in, and who does not: every door of the admin site with nobody, a stranger, and the owner before it.
#include "firmware/admin/admin_site.h"

#include <doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using samples::Asked;
using samples::body_of;
using samples::field_of;
using samples::Owner;
using Fields = std::vector<http::FieldView>;

namespace {

const acme::StatusSnapshot& valid() { return samples::by_name("valid").status; }

struct Scene {
    explicit Scene(Owner::Has has = Owner::Has::kAll) : owner(has), site(make_admin_site(control, *owner.desk, {})) {}
    http::Response nobody(Asked asked) { return Owner::wait(samples::ask(*site, asked)); }
    // A page of ours, by somebody who is not logged in.
    http::Response visitor(Method method, const std::string& path, const std::string& body, const char* type = "application/json",
                           const char* peer = "127.0.0.1") {
        return nobody({.method = method, .path = path, .body = body, .peer = peer,
                       .fields = {{"Origin", "https://localhost"}, {"Content-Type", type}}});
    }
    http::Response log_in(const std::string& password, const char* peer = "127.0.0.1") {
        return visitor(Method::kPost, "/api/v1/session", nlohmann::json({{"password", password}}).dump(), "application/json", peer);
    }
    http::Response as(const std::string& cookie, Asked asked) {
        asked.fields = {{"Cookie", cookie}, {"Origin", "https://localhost"}, {"Content-Type", "application/json"}};
        return nobody(std::move(asked));
    }
    samples::FakeControl control{valid()};
    Owner owner;
    std::shared_ptr<http::Handler> site;
};

constexpr const char* kForm = "application/x-www-form-urlencoded";

}  // namespace

TEST_CASE("site: nobody sees anything but the login and its files") {
    Scene scene;
    for (const std::string path : {"/style.css", "/app.js", "/icon.svg", "/login"}) CHECK(scene.nobody({.path = path}).status == 200);
    for (const std::string path : {"/", "/index.html", "/logout", "/anything"}) {
        const auto away = scene.nobody({.path = path});
        CHECK(away.status == 303);
        CHECK(field_of(away, "location") == "/login");
        CHECK(body_of(away).empty());
    }
    for (const std::string path : {"/api/v1/status", "/api/v1/jobs/j1", "/api/v1/nothing", "/api", "/api/v1/session"}) {
        const auto refused = scene.nobody({.path = path});
        CHECK(refused.status == 401);
        CHECK(!field_of(refused, "www-authenticate").empty());
        CHECK(body_of(refused).find("example.org") == std::string::npos);
    }
    for (const char* cookie : {"", "__Host-postern=", "__Host-postern=AAAAAAAAAAAAAAAAAAAAAA", "postern=x"})
        CHECK(scene.as(cookie, {.path = "/api/v1/status"}).status == 401);
    CHECK(scene.visitor(Method::kPost, "/api/v1/renew", "").status == 401);
    CHECK(scene.control.calls.empty());
}

TEST_CASE("site: who has found a hole reads where to report it, also before there is a password") {
    constexpr std::string_view kText = "Contact: mailto:security@example.org\nExpires: 2030-12-31T23:59:59Z\n";
    for (const auto has : {Owner::Has::kAll, Owner::Has::kNothing}) {
        Scene scene(has);
        const Asked asked{.path = "/.well-known/security.txt"};
        CHECK(scene.nobody(asked).status == 303);  // none is given
        AdminOptions options;
        options.security_text = std::make_shared<const std::string>(kText);
        scene.site = make_admin_site(scene.control, *scene.owner.desk, options);
        const auto shown = scene.nobody(asked);
        CHECK(shown.status == 200);
        CHECK(body_of(shown) == kText);
        CHECK(field_of(shown, "content-type") == "text/plain; charset=utf-8");
        CHECK(scene.nobody({.path = asked.path, .peer = "198.51.100.7"}).status == 403);
        const auto refused = scene.nobody({.method = Method::kPost, .path = asked.path});
        CHECK(refused.status == 405);
        CHECK(field_of(refused, "allow") == "GET, HEAD");
    }
}

TEST_CASE("site: the right password opens a session that its end closes") {
    Scene scene;
    const auto in = scene.log_in(samples::kPassword);
    CHECK(in.status == 200);
    const std::string set = field_of(in, "set-cookie");
    for (const char* part : {"__Host-postern=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"})
        CHECK(set.find(part) != std::string::npos);
    CHECK(set.find("Domain") == std::string::npos);
    const std::string cookie = Owner::cookie_in(in);
    CHECK(cookie.size() == std::string("__Host-postern=").size() + 22);
    CHECK(scene.as(cookie, {.path = "/api/v1/status"}).status == 200);
    CHECK(scene.as(cookie, {.path = "/"}).status == 200);
    CHECK(nlohmann::json::parse(body_of(scene.as(cookie, {.path = "/api/v1/session"}))).at("peer") == "127.0.0.1");
    const auto out = scene.as(cookie, {.method = Method::kDelete, .path = "/api/v1/session"});
    CHECK(out.status == 200);
    CHECK(field_of(out, "set-cookie").find("Max-Age=0") != std::string::npos);
    CHECK(scene.as(cookie, {.path = "/api/v1/status"}).status == 401);
}

TEST_CASE("site: a wrong password is told, and too many of them wait") {
    Scene scene;
    for (int i = 0; i < 5; ++i) {
        const auto refused = scene.log_in("not it", "192.168.1.7");
        CHECK(refused.status == 401);
        CHECK(field_of(refused, "set-cookie").empty());
    }
    const auto slowed = scene.log_in(samples::kPassword, "192.168.1.7");
    CHECK(slowed.status == 429);
    CHECK(field_of(slowed, "retry-after") == "2");
    CHECK(scene.log_in(samples::kPassword, "192.168.1.8").status == 200);  // somebody else is not held back
    scene.owner.clock.advance(Millis(2000));
    CHECK(scene.log_in(samples::kPassword, "192.168.1.7").status == 200);
}

TEST_CASE("site: a login that is no login is refused, and nobody looks at it") {
    Scene scene;
    for (const std::string body : {"", "{}", "[]", "x", R"({"password":7})", R"({"password":"a","user":"b"})", R"({"pass":"a"})", "\xff"})
        CHECK(scene.visitor(Method::kPost, "/api/v1/session", body).status == 400);
    CHECK(scene.visitor(Method::kPost, "/api/v1/session", R"({"password":")" + std::string(5000, 'a') + "\"}").status == 400);
    CHECK(scene.visitor(Method::kPost, "/api/v1/session", "password=x", kForm).status == 415);
    CHECK(scene.nobody({.method = Method::kPost, .path = "/api/v1/session", .body = R"({"password":"x"})"}).status == 403);
    for (int i = 0; i < 20; ++i) scene.visitor(Method::kPost, "/api/v1/session", "{}");
    CHECK(scene.log_in(samples::kPassword).status == 200);
}

TEST_CASE("site: login and logout as forms, without JavaScript") {
    Scene scene;
    const auto wrong = scene.visitor(Method::kPost, "/login", "password=no", kForm);
    CHECK(wrong.status == 401);
    CHECK(body_of(wrong).find("That is not the password.") != std::string::npos);
    const auto in = scene.visitor(Method::kPost, "/login", "password=a+well-kept%20secret", kForm);
    CHECK(in.status == 303);
    CHECK(field_of(in, "location") == "/");
    const std::string cookie = Owner::cookie_in(in);
    const auto logout = [&](Fields fields) { return scene.nobody({.method = Method::kPost, .path = "/logout", .fields = std::move(fields)}); };
    CHECK(logout({{"Cookie", cookie}, {"Content-Type", kForm}}).status == 403);
    CHECK(scene.as(cookie, {.path = "/"}).status == 200);
    CHECK(logout({{"Cookie", cookie}, {"Content-Type", kForm}, {"Origin", "https://localhost"}}).status == 303);
    CHECK(scene.as(cookie, {.path = "/"}).status == 303);
    CHECK(scene.visitor(Method::kPost, "/login", "pass=x", kForm).status == 400);
    CHECK(scene.visitor(Method::kPost, "/login", "{}").status == 415);
}

TEST_CASE("site: changes come from a page of ours, as JSON") {
    Scene scene;
    const auto renew = [&](Fields fields) {
        fields.push_back({"Cookie", scene.owner.cookie});
        return scene.nobody({.method = Method::kPost, .path = "/api/v1/renew", .fields = std::move(fields)}).status;
    };
    const http::FieldView json{"Content-Type", "application/json"}, own{"Origin", "https://localhost"};
    CHECK(renew({json}) == 403);
    CHECK(renew({json, {"Origin", "https://evil.example"}}) == 403);
    CHECK(renew({json, {"Origin", "https://localhost:8443"}}) == 403);
    CHECK(renew({json, {"Origin", "null"}}) == 403);
    for (const char* site : {"cross-site", "same-site", "Cross-Site"}) CHECK(renew({json, own, {"Sec-Fetch-Site", site}}) == 403);
    CHECK(renew({own}) == 415);
    CHECK(renew({own, {"Content-Type", "text/plain"}}) == 415);
    CHECK(renew({own, {"Content-Type", kForm}}) == 415);
    CHECK(scene.control.calls.empty());
    CHECK(renew({own, json}) == 202);
    CHECK(scene.control.calls.size() == 1);
    for (const char* site : {"same-origin", "none", ""}) CHECK(renew({own, json, {"Sec-Fetch-Site", site}}) == 202);
}

TEST_CASE("site: a login ends the session that the browser had, and no other") {
    Scene scene;
    const std::string first = Owner::cookie_in(scene.log_in(samples::kPassword)), other = scene.owner.cookie;
    scene.owner.cookie = first;
    const auto again = [&](const char* password) {
        return scene.owner.ask(*scene.site, {.method = Method::kPost, .path = "/api/v1/session", .body = nlohmann::json({{"password", password}}).dump()});
    };
    CHECK(again("wrong").status == 401);
    CHECK(scene.as(first, {.path = "/api/v1/status"}).status == 200);
    const auto in = again(samples::kPassword);
    CHECK(in.status == 200);
    CHECK(scene.as(first, {.path = "/api/v1/status"}).status == 401);
    CHECK(scene.as(Owner::cookie_in(in), {.path = "/api/v1/status"}).status == 200);
    CHECK(scene.as(other, {.path = "/api/v1/status"}).status == 200);
}

TEST_CASE("site: what cannot be undone wants the password once more") {
    Scene scene;
    scene.owner.let_confirmation_pass();
    const auto post = [&](const std::string& path, const std::string& body) {
        return scene.owner.ask(*scene.site, {.method = Method::kPost, .path = path, .body = body}).status;
    };
    CHECK(post("/api/v1/certificates/example.org/revoke", "") == 403);
    CHECK(post("/api/v1/certificates/example.org/delete", "") == 403);
    CHECK(scene.owner.ask(*scene.site, {.method = Method::kPut, .path = "/api/v1/certificates/example.org/upload",
                                        .body = R"({"chain":"C","key":"K"})"}).status == 403);
    CHECK(scene.control.calls.empty());
    CHECK(post("/api/v1/session/confirm", R"({"password":"wrong"})") == 401);
    CHECK(post("/api/v1/certificates/example.org/revoke", "") == 403);
    const auto confirmed = scene.owner.ask(*scene.site, {.method = Method::kPost, .path = "/api/v1/session/confirm",
                                                         .body = nlohmann::json({{"password", samples::kPassword}}).dump()});
    CHECK(confirmed.status == 200);
    CHECK(field_of(confirmed, "set-cookie").find("; HttpOnly") != std::string::npos);
    CHECK(post("/api/v1/certificates/example.org/revoke", "") == 401);  // the token before opens nothing
    scene.owner.cookie = Owner::cookie_in(confirmed);
    CHECK(post("/api/v1/certificates/example.org/revoke", "") == 202);
    CHECK(post("/api/v1/stop", "") == 403);
}

TEST_CASE("site: before there is a password nothing answers but what sets one, once") {
    Scene scene(Owner::Has::kNothing);
    CHECK(field_of(scene.nobody({.path = "/"}), "location") == "/setup");
    CHECK(field_of(scene.nobody({.path = "/login"}), "location") == "/setup");
    CHECK(scene.nobody({.path = "/api/v1/status"}).status == 403);
    CHECK(scene.log_in("").status == 403);
    CHECK(scene.nobody({.path = "/setup"}).status == 200);
    const auto set_up = [&](const char* token, const char* password) {
        return scene.visitor(Method::kPost, "/api/v1/setup", nlohmann::json({{"token", token}, {"password", password}}).dump());
    };
    CHECK(set_up("AAAAA-AAAAA-AAAAA-AAAAA", samples::kPassword).status == 401);
    for (const char* bad : {"abc-7xy", "password1", "router", "12345678"}) {
        const auto refused = set_up(samples::kToken, bad);
        CHECK(refused.status == 422);
        CHECK(body_of(refused).find(bad) == std::string::npos);
    }
    CHECK(scene.owner.desk->wants_setup());
    const auto in = set_up(samples::kToken, samples::kPassword);
    CHECK(in.status == 200);
    CHECK(scene.owner.set_up == 1);
    CHECK(scene.as(Owner::cookie_in(in), {.path = "/api/v1/status"}).status == 200);
    CHECK(set_up(samples::kToken, "another good one").status == 409);
    CHECK(scene.nobody({.path = "/setup"}).status == 303);
    CHECK(scene.log_in(samples::kPassword).status == 200);
}

TEST_CASE("site: set-up as a form wants the password twice") {
    Scene scene(Owner::Has::kNothing);
    const std::string token = "token=" + std::string(samples::kToken);
    CHECK(scene.visitor(Method::kPost, "/setup", token + "&password=good+enough+1&again=good+enough+2", kForm).status == 422);
    CHECK(scene.visitor(Method::kPost, "/setup", "token=wrong&password=good+enough+1&again=good+enough+1", kForm).status == 401);
    CHECK(scene.owner.desk->wants_setup());
    const auto in = scene.visitor(Method::kPost, "/setup", token + "&password=good+enough+1&again=good+enough+1", kForm);
    CHECK(field_of(in, "location") == "/#start");  // a page that has no such part shows its status
    CHECK(in.status == 303);
    CHECK(scene.log_in("good enough 1").status == 200);
}

TEST_CASE("site: a new password ends every other session") {
    Scene scene;
    const std::string other = Owner::cookie_in(scene.log_in(samples::kPassword));
    const auto change = [&](const char* old, const char* fresh) {
        return scene.owner.ask(*scene.site, {.method = Method::kPost, .path = "/api/v1/password",
                                             .body = nlohmann::json({{"old", old}, {"new", fresh}}).dump()});
    };
    CHECK(change("wrong", "a much better secret").status == 401);
    CHECK(change(samples::kPassword, "short").status == 422);
    CHECK(scene.as(other, {.path = "/api/v1/status"}).status == 200);
    const auto changed = change(samples::kPassword, "a much better secret");
    CHECK(changed.status == 200);
    CHECK(scene.as(other, {.path = "/api/v1/status"}).status == 401);
    CHECK(scene.as(scene.owner.cookie, {.path = "/api/v1/status"}).status == 401);
    CHECK(scene.as(Owner::cookie_in(changed), {.path = "/api/v1/status"}).status == 200);
    CHECK(scene.log_in(samples::kPassword).status == 401);
    CHECK(scene.log_in("a much better secret").status == 200);
}

TEST_CASE("site: only the allowed networks are spoken to") {
    Scene scene;
    for (const char* path : {"/", "/login", "/style.css", "/api/v1/status"}) {
        const auto refused = scene.nobody({.path = path, .peer = "203.0.113.9"});
        CHECK(refused.status == 403);
        CHECK(scene.nobody({.path = path, .peer = ""}).status == 403);
        CHECK(scene.nobody({.path = path, .peer = "192.168.1.2"}).status != 403);
    }
    const auto narrow = make_admin_site(scene.control, *scene.owner.desk, {.hosts = {}, .allow = {*Subnet::parse("10.0.0.0/8")}});
    CHECK(Owner::wait(samples::ask(*narrow, {.path = "/login", .peer = "10.1.2.3"})).status == 200);
    CHECK(Owner::wait(samples::ask(*narrow, {.path = "/login"})).status == 403);
}

TEST_CASE("site: it answers by the address that was reached, and by no other") {
    Scene scene;
    struct Row {
        const char *host, *local;
        int status;
    };
    for (const Row& row : {Row{"192.168.1.1", "192.168.1.1", 200}, {"fd00::2", "fd00::2", 200}, {"192.168.1.2", "192.168.1.1", 421},
                           {"fd00::3", "fd00::2", 421}, {"router.lan", "192.168.1.1", 421}, {"192.168.1.1", "", 421}}) {
        CAPTURE(row.host);
        const auto asked = [&](Asked one) {
            one.host = row.host;
            one.local = row.local;
            return scene.owner.ask(*scene.site, std::move(one)).status;
        };
        CHECK(asked({.path = "/api/v1/status"}) == row.status);
        // a change too: Origin is held against what Host says
        CHECK(asked({.method = Method::kPost, .path = "/api/v1/renew"}) == (row.status == 200 ? 202 : row.status));
    }
}

TEST_CASE("site: what was done is in the audit log, and wrong logins only as a number") {
    Scene scene;
    scene.log_in("wrong");
    scene.log_in(samples::kPassword);
    scene.owner.office.stop();  // all that was to be written is
    const auto entries = scene.owner.audit->last(10);
    REQUIRE(entries.size() >= 2);
    bool login = false, wrong = false;
    for (const auto& entry : entries) {
        login = login || (entry.action == "login" && entry.outcome == "ok" && entry.peer == "127.0.0.1" && !entry.session.empty());
        wrong = wrong || entry.session.empty();
    }
    CHECK(login);
    CHECK(wrong);
}
