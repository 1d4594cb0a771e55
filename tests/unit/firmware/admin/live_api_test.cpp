// What goes on, over HTTP: events, log, audit, preflight, chains; and the configuration file.
#include "firmware/admin/live_api.h"

#include <doctest.h>

#include <mutex>

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
constexpr const char* kOld = "; mine\n[server]\nhttp = 127.0.0.1:8080\n";
constexpr const char* kNew = "; mine\n[server]\nhttp = 127.0.0.1:8081\n";

struct Scene {
    Scene() {
        owner.files.put(kIni, kOld);
        AdminOptions options;
        options.hub = &hub;
        options.editor = &editor;
        site = make_admin_site(control, *owner.desk, options);
    }
    http::Response ask(Method method, const std::string& path, const std::string& body = {}, const std::string& if_match = {}) const {
        samples::Asked asked{.method = method, .path = path, .body = body};
        if (!if_match.empty()) asked.fields.push_back({"If-Match", if_match});
        return owner.ask(*site, asked);
    }
    json get(const std::string& path) const { return json::parse(body_of(ask(Method::kGet, path))); }
    void deny(const char* path, int number) {
        owner.shared.alone([&] { owner.files.deny(path, number); });
    }
    std::string text() { return owner.shared.read(kIni, 10000).value(); }

    samples::FakeControl control{samples::by_name("valid").status};
    Owner owner;
    EventHub hub;
    config::Editor editor{owner.shared, kIni, false};
    std::shared_ptr<http::Handler> site;
};

std::string with_text(const std::string& text) { return json({{"text", text}}).dump(); }

}  // namespace

TEST_CASE("live: events come for as long as the session lives") {
    Scene scene;
    auto response = scene.ask(Method::kGet, "/api/v1/events");
    REQUIRE(response.live);
    CHECK(field_of(response, "content-type") == "text/event-stream");
    CHECK(field_of(response, "cache-control") == "no-store");
    std::string buffer(4096, ' ');
    const auto hear = [&] { return buffer.substr(0, response.live->read(buffer.data(), buffer.size())); };
    hear();
    acme::JobView job{"7", false, false, false, {{samples::kNow, "example.org", "order placed"}}};
    scene.hub.tell("progress", progress_json(job));
    const std::string heard = hear();
    CHECK(heard.find("event: progress\n") != std::string::npos);
    CHECK(json::parse(heard.substr(heard.find("data: ") + 6)) ==
          json::parse(R"({"job":"7","at":"2026-11-21T01:05:00Z","certificate":"example.org","text":"order placed",
                          "done":false,"ok":false,"changed":false})"));
    scene.ask(Method::kDelete, "/api/v1/session");
    scene.hub.tell("log", line_json("secret"));
    CHECK(hear().empty());
    CHECK(response.live->ended());
}

TEST_CASE("live: listening does not keep a session alive") {
    Scene scene;
    auto response = scene.ask(Method::kGet, "/api/v1/events");
    std::string buffer(4096, ' ');
    for (int minute = 0; minute < 29; ++minute) {
        scene.owner.clock.advance(Millis(60000));
        scene.hub.beat();
        CHECK(response.live->read(buffer.data(), buffer.size()) > 0);
    }
    scene.owner.clock.advance(Millis(120000));
    CHECK(response.live->read(buffer.data(), buffer.size()) == 0);
    CHECK(response.live->ended());
    CHECK(scene.ask(Method::kGet, "/api/v1/status").status == 401);
}

TEST_CASE("live: log, audit, findings and chains") {
    Scene scene;
    CHECK(scene.get("/api/v1/log").at("lines").at(0) == "2026-11-21T01:05:00Z info started");
    CHECK(scene.get("/api/v1/log").at("lines").size() == 2);
    scene.ask(Method::kPost, "/api/v1/renew", "");
    scene.owner.office.stop();
    CHECK(scene.get("/api/v1/audit").at("entries").at(0).at("object") == "/api/v1/renew");
    CHECK(scene.get("/api/v1/findings").at("findings").at(0).at("seen") == "nobody answers");
    CHECK(scene.get("/api/v1/findings").at("at") == "2026-11-21T01:05:00Z");
    CHECK(scene.ask(Method::kPost, "/api/v1/preflight", "{}").status == 202);
    CHECK(scene.control.calls == std::vector<std::string>{"renew ", "preflight"});
    const auto chain = scene.ask(Method::kGet, "/api/v1/certificates/example.org/chain.pem");
    CHECK(field_of(chain, "content-type") == "application/x-pem-file");
    CHECK(field_of(chain, "content-disposition").find("attachment") == 0);
    CHECK(body_of(chain).find("example.org") != std::string::npos);
    CHECK(scene.ask(Method::kGet, "/api/v1/certificates/../chain.pem").status == 404);
    CHECK(scene.ask(Method::kGet, "/api/v1/certificates/unknown.example/chain.pem").status == 404);
    scene.control.next_failure = Error::admin("none yet");
    CHECK(scene.ask(Method::kGet, "/api/v1/certificates/example.org/chain.pem").status == 409);
    CHECK(scene.ask(Method::kPost, "/api/v1/preflight", "{}").status == 409);
    const auto requests = scene.get("/api/v1/requests");
    CHECK(requests.at("where") == "ring");
    CHECK(requests.at("lines").size() == 1);
    for (const char* path : {"/api/v1/events", "/api/v1/log", "/api/v1/requests", "/api/v1/audit", "/api/v1/findings", "/api/v1/certificates/example.org/chain.pem"}) {
        CHECK(scene.ask(Method::kPost, path, "{}").status == 405);
        CHECK(samples::ask(*scene.site, {.path = path}).status == 401);
    }
    CHECK(scene.ask(Method::kGet, "/api/v1/preflight").status == 405);
}

TEST_CASE("support: one text with what helps, and without what lets anybody in") {
    Scene scene;
    scene.owner.files.put(kIni, "[admin]\nmetrics_token = letmein-letmein\n[notify]\nwebhook = https://hooks.example/letmein\n");
    const auto bundle = scene.ask(Method::kGet, "/api/v1/support-bundle");
    CHECK(bundle.status == 200);
    CHECK(field_of(bundle, "content-disposition") == "attachment; filename=\"postern-support.txt\"");
    CHECK(field_of(bundle, "cache-control") == "no-store");
    const std::string text = body_of(bundle);
    for (const char* part : {"===== Postern ", "===== status\n{", "===== preflight\n{", "nobody answers", "/etc/postern.ini, secrets left out",
                             "metrics_token = ***", "hooks.example/***", "===== log\n2026-11-21T01:05:00Z info started"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
    CHECK(text.find("letmein") == std::string::npos);
    CHECK(text.find(scene.owner.cookie.substr(scene.owner.cookie.find('=') + 1)) == std::string::npos);
    scene.owner.shared.alone([&] { scene.owner.files.deny(kIni, EACCES); });
    const auto without = scene.ask(Method::kGet, "/api/v1/support-bundle");
    CHECK(without.status == 200);
    CHECK(body_of(without).find("===== log\n") != std::string::npos);
    CHECK(scene.ask(Method::kPost, "/api/v1/support-bundle", "{}").status == 405);
    CHECK(samples::ask(*scene.site, {.path = "/api/v1/support-bundle"}).status == 401);
}

TEST_CASE("config: read, checked, saved and taken back") {
    Scene scene;
    const auto shown = scene.ask(Method::kGet, "/api/v1/config");
    const json now = json::parse(body_of(shown));
    CHECK(now.at("text") == kOld);
    CHECK(now.at("file") == kIni);
    CHECK(now.at("etag") == field_of(shown, "etag"));
    CHECK(now.at("has_previous") == false);
    const std::string etag = now.at("etag");
    const auto saved = scene.ask(Method::kPut, "/api/v1/config", with_text(kNew), etag);
    CHECK(saved.status == 200);
    CHECK(scene.text() == kNew);
    CHECK(scene.control.calls == std::vector<std::string>{"reload"});
    CHECK(json::parse(body_of(saved)).at("in_force") == true);
    CHECK(scene.ask(Method::kPost, "/api/v1/config/previous", "{}", field_of(saved, "etag")).status == 200);
    CHECK(scene.text() == kOld);
    scene.owner.office.stop();
    CHECK(scene.owner.audit->last(1).at(0).outcome == "taken back");
}

TEST_CASE("config: who was slower is shown what there is, and loses nothing") {
    Scene scene;
    const std::string etag = scene.get("/api/v1/config").at("etag");
    CHECK(scene.ask(Method::kPut, "/api/v1/config", with_text(kNew), etag).status == 200);
    const auto slower = scene.ask(Method::kPut, "/api/v1/config", with_text("# other\n"), etag);
    CHECK(slower.status == 412);
    CHECK(json::parse(body_of(slower)).at("text") == kNew);
    CHECK(json::parse(body_of(slower)).at("status") == 412);
    CHECK(scene.text() == kNew);
    CHECK(scene.ask(Method::kPut, "/api/v1/config", with_text(kNew)).status == 428);
}

TEST_CASE("config: faults are told, and nothing is written") {
    Scene scene;
    const std::string etag = scene.get("/api/v1/config").at("etag");
    const std::string bad = "[server]\nhtp = 1\nloops = many\n";
    const json told = json::parse(body_of(scene.ask(Method::kPost, "/api/v1/config/check", with_text(bad))));
    CHECK(told.at("faults").size() == 2);
    CHECK(told.at("faults").at(0).at("line") == 2);
    CHECK(told.at("faults").at(0).at("section") == "server");
    const auto refused = scene.ask(Method::kPut, "/api/v1/config", with_text(bad), etag);
    CHECK(refused.status == 422);
    CHECK(json::parse(body_of(refused)).at("faults") == told.at("faults"));
    CHECK(scene.text() == kOld);
    CHECK(scene.control.calls.empty());
    CHECK(json::parse(body_of(scene.ask(Method::kPost, "/api/v1/config/check", with_text(kNew)))).at("faults").empty());
    for (const std::string body : {"", "x", "[]", "{}", R"({"text":7})", R"({"text":"a","more":1})", "\xff"}) {
        CHECK(scene.ask(Method::kPut, "/api/v1/config", body, etag).status == 400);
        CHECK(scene.ask(Method::kPost, "/api/v1/config/check", body).status == 400);
    }
    CHECK(scene.text() == kOld);
}

TEST_CASE("config: what cannot be read, written or taken back is said") {
    Scene scene;
    const std::string etag = scene.get("/api/v1/config").at("etag");
    CHECK(scene.ask(Method::kPost, "/api/v1/config/previous", "{}", etag).status == 409);
    scene.deny("/etc/.postern.ini.previous.tmp", EROFS);
    CHECK(scene.ask(Method::kPut, "/api/v1/config", with_text(kNew), etag).status == 409);
    scene.deny("/etc/.postern.ini.previous.tmp", ENOSPC);
    CHECK(scene.ask(Method::kPut, "/api/v1/config", with_text(kNew), etag).status == 503);
    scene.deny("/etc/.postern.ini.previous.tmp", 0);
    CHECK(scene.text() == kOld);
    scene.control.next_failure = Error::admin("[::]:80: in use");
    const auto saved = scene.ask(Method::kPut, "/api/v1/config", with_text(kNew), etag);
    CHECK(saved.status == 200);
    CHECK(json::parse(body_of(saved)).at("in_force") == false);
    CHECK(body_of(saved).find("in use") != std::string::npos);
    scene.deny(kIni, EACCES);
    CHECK(scene.ask(Method::kGet, "/api/v1/config").status == 409);
    CHECK(scene.ask(Method::kDelete, "/api/v1/config").status == 405);
    CHECK(scene.ask(Method::kGet, "/api/v1/config/check").status == 405);
    scene.owner.office.stop();
    CHECK(scene.ask(Method::kGet, "/api/v1/config").status == 503);
}

TEST_CASE("config: what was begun is ended, though its client and the handler are gone") {
    Scene scene;
    const std::string etag = scene.get("/api/v1/config").at("etag");
    std::mutex hold;
    hold.lock();
    REQUIRE(scene.owner.office.put([&hold] { const std::lock_guard<std::mutex> wait(hold); }));
    {
        const std::string origin = "https://localhost";
        samples::Asked asked{.method = Method::kPut, .path = "/api/v1/config", .body = with_text(kNew)};
        asked.fields = {{"If-Match", etag}, {"Cookie", scene.owner.cookie}, {"Origin", origin}, {"Content-Type", "application/json"}};
        const auto response = samples::ask(*scene.site, asked);
        REQUIRE(response.later);
    }
    scene.site.reset();
    hold.unlock();
    scene.owner.office.stop();
    CHECK(scene.text() == kNew);
    CHECK(scene.control.calls == std::vector<std::string>{"reload"});
}
