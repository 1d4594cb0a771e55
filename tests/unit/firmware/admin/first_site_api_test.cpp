// The first start over HTTP: what the file says, names that are checked, the lines that are written, and every refusal.
#include "firmware/admin/first_site_api.h"

#include <doctest.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include "firmware/admin/request_json.h"
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
constexpr const char* kSite = "/api/v1/first-site";
constexpr const char* kOld = "; mine\r\n[acme]\r\n#agree_tos = yes\r\n[site example.org]\r\nnames = example.org\r\ncertificate = self-signed";
constexpr const char* kNew = "; mine\r\n[acme]\r\nagree_tos = yes\r\n[site a.example]\r\nnames = a.example\r\ncertificate = acme";
const json kWish = {{"names", {"A.example"}}, {"agree_tos", true}};

struct Scene {
    Scene() {
        owner.files.put(kIni, kOld);
        AdminOptions options;
        options.editor = &editor;
        options.hub = &hub;
        site = make_admin_site(control, *owner.desk, options);
    }
    http::Response ask(Method method, const std::string& path, const std::string& body = {}, const std::string& if_match = {}) const {
        samples::Asked asked{.method = method, .path = path, .body = body};
        if (!if_match.empty()) asked.fields.push_back({"If-Match", if_match});
        return owner.ask(*site, asked);
    }
    json get() const { return json::parse(body_of(ask(Method::kGet, kSite))); }
    http::Response wish(const json& body) const { return ask(Method::kPost, kSite, body.dump(), get().at("etag")); }
    std::string text() { return owner.shared.read(kIni, 10000).value(); }

    samples::FakeControl control{samples::by_name("fresh").status};
    Owner owner;
    EventHub hub;
    config::Editor editor{owner.shared, kIni, false};
    std::shared_ptr<http::Handler> site;
};

}  // namespace

TEST_CASE("first site: what there is") {
    Scene scene;
    scene.control.addresses = {"1.2.3.4", "2a00::4"};
    const auto shown = scene.ask(Method::kGet, kSite);
    CHECK(json::parse(body_of(shown)) == json({{"open", true}, {"asks", false}, {"file", kIni}, {"etag", field_of(shown, "etag")}, {"why_kept", ""},
        {"section", "site example.org"}, {"names", json::array()}, {"email", ""}, {"addresses", {"1.2.3.4", "2a00::4"}},
        {"ca", {{"name", "letsencrypt"}, {"directory", "https://acme-v02.api.letsencrypt.org/directory"},
                {"terms", "https://letsencrypt.org/repository/"}, {"choices", {"letsencrypt", "letsencrypt-staging"}}}}}));
    scene.owner.files.put(kIni, "[acme]\nca = home\n[ca home]\nurl = https://ca.home.arpa/dir\n[site nas.lan]\ncertificate = self-signed\n");
    CHECK(scene.get().at("names") == json({"nas.lan"}));
    CHECK(scene.get().at("ca") == json({{"name", "home"}, {"directory", "https://ca.home.arpa/dir"}, {"terms", ""}, {"choices", json::array()}}));
    scene.owner.files.put(kIni, "[server]\nhtp = a fault\n");
    CHECK(scene.get().at("ca").at("directory") == "");
    scene.owner.shared.alone([&] { scene.owner.files.deny(kIni, EACCES); });
    CHECK(scene.ask(Method::kGet, kSite).status == 409);
}

TEST_CASE("first site: the lines are written, the rest stays, and the order begins") {
    Scene scene;
    const auto saved = scene.wish(kWish);
    CHECK(saved.status == 200);
    CHECK(scene.text() == kNew);
    CHECK(scene.owner.shared.read(std::string(kIni) + ".previous", 10000).value() == kOld);
    CHECK(scene.control.calls == std::vector<std::string>{"reload and renew a.example"});
    const json told = json::parse(body_of(saved));
    CHECK(told.at("etag") == field_of(saved, "etag"));
    CHECK(told.at("etag") == scene.get().at("etag"));
    CHECK(told.at("in_force") == true);
    CHECK(told.at("certificate") == "a.example");
    CHECK(told.at("job") == "j1");
    CHECK(told.at("changes").size() == 4);
    CHECK(told.at("changes").at(0) == json({{"line", 3}, {"was", "#agree_tos = yes"}, {"now", "agree_tos = yes"}}));
    scene.owner.office.stop();
    CHECK(scene.owner.audit->last(1).at(0).action == "first-site");
    CHECK(scene.owner.audit->last(1).at(0).outcome == "saved");
}

TEST_CASE("first site: until a CA has signed something, the names can be corrected; then no more") {
    Scene scene;
    CHECK(scene.wish(kWish).status == 200);
    auto waiting = samples::by_name("not-obtained").status;
    scene.control.set_status(std::make_shared<const acme::StatusSnapshot>(waiting));
    CHECK(scene.get().at("open") == true);
    CHECK(scene.get().at("asks") == true);
    CHECK(scene.wish({{"names", {"b.example"}}, {"agree_tos", true}}).status == 200);
    CHECK(scene.text().find("[site b.example]\r\nnames = b.example\r\n") != std::string::npos);
    scene.control.set_status(std::make_shared<const acme::StatusSnapshot>(samples::by_name("valid").status));
    CHECK(scene.get().at("open") == false);
    const auto closed = scene.wish(kWish);
    CHECK(closed.status == 409);
    CHECK(json::parse(body_of(closed)).at("paste") == json::array());
    CHECK(scene.text().find("b.example") != std::string::npos);
    scene.control.set_status(std::make_shared<const acme::StatusSnapshot>(samples::by_name("fresh").status));
    scene.owner.files.put(kIni, "[acme]\nagree_tos = yes\n[site a]\nnames = a.example\n[site b]\nnames = b.example\n");
    CHECK(scene.wish(kWish).status == 409);
}

TEST_CASE("first site: what is wrong with a wish is told, and nothing is written") {
    Scene scene;
    for (const std::string body : {"", "x", "[]", "{}", R"({"names":["a.example"]})", R"({"names":"a.example","agree_tos":true})",
                                   R"({"names":[7],"agree_tos":true})", R"({"names":["a.example"],"agree_tos":1})",
                                   R"({"names":["a.example"],"agree_tos":true,"email":null})", R"({"names":["a.example"],"agree_tos":true,"x":1})"}) {
        CAPTURE(body);
        CHECK(scene.ask(Method::kPost, kSite, body, "\"x\"").status == 400);
    }
    const auto fault_of = [&](const char* key, const json& value) {
        json wish = kWish;
        wish[key] = value;
        const auto refused = scene.wish(wish);
        CHECK(refused.status == 422);
        const json faults = json::parse(body_of(refused)).at("faults");
        CHECK(faults.size() == 1);
        return faults.at(0).at("key").get<std::string>();
    };
    CHECK(fault_of("agree_tos", false) == "agree_tos");
    CHECK(fault_of("names", json::array()) == "names");
    CHECK(fault_of("names", {"*.a.example"}) == "names");
    CHECK(fault_of("names", json(std::vector<std::string>(101, "a.example"))) == "names");
    CHECK(fault_of("email", "no address") == "email");  // by the reader of the file, as a line of it
    CHECK(fault_of("email", "a@b.example\nca = x") == "email");
    CHECK(fault_of("ca", "zerossl") == "ca");
    CHECK(scene.ask(Method::kPost, kSite, kWish.dump()).status == 428);
    const auto stale = scene.ask(Method::kPost, kSite, kWish.dump(), "\"other\"");
    CHECK(stale.status == 412);
    CHECK(json::parse(body_of(stale)).at("text") == kOld);
    CHECK(scene.ask(Method::kDelete, kSite).status == 405);
    CHECK(scene.text() == kOld);
    CHECK(scene.control.calls.empty());
}

TEST_CASE("first site: a file that is not ours to write is left, and the lines are told") {
    Scene scene;
    scene.owner.shared.alone([&] { scene.owner.files.deny("/etc", EACCES); });
    CHECK(scene.get().at("why_kept").get<std::string>().find("postern reload") != std::string::npos);
    const auto kept = scene.wish(kWish);
    CHECK(kept.status == 409);
    const json paste = json::parse(body_of(kept)).at("paste");
    REQUIRE(paste.size() == 2);
    CHECK(paste.at(0) == json({{"where", "[acme], /etc/postern.ini"}, {"lines", {"agree_tos = yes"}}}));
    CHECK(paste.at(1).at("lines") == json({"names = a.example", "certificate = acme"}));
    scene.owner.shared.alone([&] { scene.owner.files.deny("/etc", 0); });
    // likewise when only the writing shows it
    scene.owner.shared.alone([&] { scene.owner.files.deny("/etc/.postern.ini.previous.tmp", EROFS); });
    CHECK(json::parse(body_of(scene.wish(kWish))).at("paste").size() == 2);
    scene.owner.shared.alone([&] { scene.owner.files.deny("/etc/.postern.ini.previous.tmp", ENOSPC); });
    CHECK(scene.wish(kWish).status == 503);
    scene.owner.shared.alone([&] { scene.owner.files.deny("/etc/.postern.ini.previous.tmp", 0); });
    CHECK(scene.text() == kOld);
    CHECK(scene.control.calls.empty());
    scene.control.next_failure = Error::admin("[::]:80: in use");
    const json told = json::parse(body_of(scene.wish(kWish)));
    CHECK(told.at("in_force") == false);
    CHECK(told.at("job") == "");
    CHECK(told.at("result").get<std::string>().find("in use") != std::string::npos);
}

TEST_CASE("first site: names are checked at once") {
    const Scene scene;
    const auto check = [&](const std::string& body) { return scene.ask(Method::kPost, "/api/v1/first-site/check", body); };
    const json good = json::parse(body_of(check(R"({"names":["B.example","a.example","b.EXAMPLE","2001:DB8::0:1"]})")));
    CHECK(good == json({{"names", {"b.example", "a.example", "2001:db8::1"}}, {"faults", json::array()}}));
    const json bad = json::parse(body_of(check(R"({"names":["b.example","http://a.example"]})")));
    CHECK(bad.at("names") == json({"b.example"}));
    REQUIRE(bad.at("faults").size() == 1);
    CHECK(bad.at("faults").at(0).at("text").get<std::string>().find("URL") != std::string::npos);
    CHECK(json::parse(body_of(check("{}"))).at("faults").size() == 1);
    for (const char* body : {"x", "[]", R"({"names":7})", R"({"names":[[]]})", R"({"name":[]})"}) CHECK(check(body).status == 400);
    CHECK(check("{\"names\":[\"" + std::string(70000, 'a') + "\"]}").status == 400);
    CHECK(scene.ask(Method::kGet, "/api/v1/first-site/check").status == 405);
}

TEST_CASE("preflight: of names that nobody has configured, within bounds") {
    Scene scene;
    const auto look = [&](const std::string& body) { return scene.ask(Method::kPost, "/api/v1/preflight", body).status; };
    CHECK(look(R"({"names":["B.example","192.0.2.7"]})") == 202);
    CHECK(look("") == 202);
    CHECK(look(R"({"names":[]})") == 202);
    CHECK(scene.control.calls == std::vector<std::string>{"preflight b.example,192.0.2.7", "preflight", "preflight"});
    CHECK(look(R"({"names":["a b"]})") == 422);
    CHECK(look(json({{"names", std::vector<std::string>(101, "a.example")}}).dump()) == 422);
    CHECK(look("[]") == 400);
    CHECK(look(R"({"names":["a"],"more":1})") == 400);
    CHECK(scene.control.calls.size() == 3);
}

TEST_CASE("first site: the page offers it until a CA is asked") {
    for (const auto& row : {std::pair("fresh", true), {"none", true}, {"waiting", false}, {"valid", false}, {"many", false}}) {
        const std::string sample = row.first;
        const bool offered = row.second;
        CAPTURE(sample);
        Scene scene;
        scene.control.set_status(std::make_shared<const acme::StatusSnapshot>(samples::by_name(sample).status));
        const std::string page = body_of(scene.ask(Method::kGet, "/"));
        for (const char* part : {"href=\"#start\"", "id=\"view-start\"", "agree_tos = yes"})
            CHECK((page.find(part) != std::string::npos) == offered);
    }
}
