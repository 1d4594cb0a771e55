// What those see who are refused: people a page that says what to do, programs a problem document.
#include <doctest.h>

#include <nlohmann/json.hpp>

#include "firmware/admin/answers.h"
#include "server/http/status.h"
#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using nlohmann::json;
using samples::Asked;
using samples::body_of;
using samples::field_of;
using samples::Owner;

namespace {

constexpr const char* kBrowser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

struct Scene {
    http::Response ask(Asked asked) const {
        asked.fields.push_back({"Cookie", owner.cookie});
        return Owner::wait(samples::ask(*site, asked));
    }
    samples::FakeControl control{samples::by_name("valid").status};
    Owner owner;
    std::shared_ptr<http::Handler> site = make_admin_site(control, *owner.desk, {});
};

struct Row {
    int status;
    const char* advice;  // to be found in the page
    Asked asked;
};

std::vector<Row> refused() {
    return {{403, "“allow”", {.path = "/", .peer = "203.0.113.9"}},
            {421, "“hosts = NAME”", {.path = "/login", .host = "<b>evil.example"}},
            {404, "href=\"/\"", {.path = "/nothing.html"}}};
}

}  // namespace

TEST_CASE("refused: a browser is shown a page with the way out, and nobody's words in it") {
    Scene scene;
    for (const Row& row : refused()) {
        CAPTURE(row.status);
        for (const char* accept : {kBrowser, "text/plain, TEXT/HTML;q=0.1"}) {
            Asked asked = row.asked;
            asked.fields = {{"Accept", accept}, {"Accept-Language", "en"}};
            const auto page = scene.ask(asked);
            CHECK(page.status == row.status);
            CHECK(field_of(page, "content-type") == "text/html; charset=utf-8");
            CHECK(field_of(page, "content-security-policy").find("default-src 'none'") == 0);
            CHECK(field_of(page, "cache-control") == "no-store");
            CHECK(body_of(page).find(row.advice) != std::string::npos);
            CHECK(body_of(page).find("evil") == std::string::npos);
            asked.fields.back() = {"Accept-Language", "ja"};
            CHECK(body_of(scene.ask(asked)).find("<html lang=\"ja\">") != std::string::npos);
        }
    }
}

TEST_CASE("refused: who does not ask for a page gets a problem document, and so does all that is the API's") {
    Scene scene;
    for (const Row& row : refused()) {
        CAPTURE(row.status);
        for (const char* accept : {"", "*/*", "application/json", "text/html5", "x-text/html"}) {
            Asked asked = row.asked;
            asked.fields = {{"Accept", accept}};
            const auto problem = scene.ask(asked);
            CHECK(problem.status == row.status);
            CHECK(field_of(problem, "content-type") == "application/problem+json");
            CHECK(json::parse(body_of(problem)).at("status") == row.status);
        }
    }
    for (const char* path : {"/api", "/api/v1/status", "/api/v1/nothing", "/metrics"}) {
        CAPTURE(path);
        for (const char* peer : {"127.0.0.1", "203.0.113.9"}) {
            const auto problem = scene.ask({.path = path, .host = "evil.example", .peer = peer, .fields = {{"Accept", kBrowser}}});
            CHECK(problem.status == (std::string(peer) == "127.0.0.1" ? 421 : 403));
            CHECK(field_of(problem, "content-type") == "application/problem+json");
        }
    }
}

TEST_CASE("refused by HTTP: below /api/ a problem document that says why, elsewhere the short page") {
    for (const std::uint16_t status : {400, 408, 413, 414, 417, 431, 501, 504, 505}) {
        CAPTURE(status);
        for (const char* path : {"/api", "/api/", "/api/v1/config"}) {
            const auto refused = refused_by_http(status, path);
            CHECK(refused.status == status);
            CHECK(field_of(refused, "content-type") == "application/problem+json");
            CHECK(!field_of(refused, "x-content-type-options").empty());
            const json problem = json::parse(body_of(refused));
            CHECK(problem.at("status") == status);
            CHECK(problem.at("title") == http::reason_of(status));
            CHECK(!problem.at("detail").get<std::string>().empty());
        }
        for (const char* path : {"", "/", "/apix", "/x/api/", "*"}) CHECK(refused_by_http(status, path).prebuilt == http::status_page(status));
    }
}
