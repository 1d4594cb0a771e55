// www/admin/openapi.json and what answers agree, both ways: resources, methods, statuses, and who is let in.
#include <doctest.h>

#include <set>

#include <nlohmann/json.hpp>

#include "firmware/admin/api.h"
#include "server/base/text.h"
#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using nlohmann::json;
using samples::field_of;
using samples::Owner;

namespace {

struct Named {
    std::string member;  // of a path in OpenAPI; HEAD goes with get
    std::string token;   // on the wire
    Method method;
};
const Named kMethods[] = {
    {"get", "GET", Method::kGet},       {"put", "PUT", Method::kPut},          {"post", "POST", Method::kPost},
    {"patch", "PATCH", Method::kPatch}, {"delete", "DELETE", Method::kDelete}, {"options", "OPTIONS", Method::kOptions},
    {"trace", "TRACE", Method::kTrace},
};

const json& description() {
    static const json document = json::parse(SystemFiles().read("www/admin/openapi.json", 1u << 20).value());
    return document;
}

// The described path with names and ids that the FakeControl knows.
std::string example_of(std::string path) {
    const std::pair<std::string, std::string> names[] = {{"{name}", "example.org"}, {"{id}", "j1"}, {"{token}", "abcd2345"}, {"{certificate}", "example.org"}};
    for (const auto& [slot, value] : names)
        if (const auto at = path.find(slot); at != std::string::npos) path.replace(at, slot.size(), value);
    return path;
}

struct Scene {
    Scene() {
        owner.files.put("/etc/postern.ini", "[server]\n");
        AdminOptions options;
        options.hub = &hub;
        options.editor = &editor;
        options.metrics.text = [] { return std::string("# HELP a b\n"); };
        site = make_admin_site(control, *owner.desk, options);
    }
    http::Response ask(Method method, const std::string& path) const { return owner.ask(*site, {.method = method, .path = path}); }

    samples::FakeControl control{samples::by_name("valid").status};
    Owner owner;
    EventHub hub;
    config::Editor editor{owner.shared, "/etc/postern.ini", false};
    std::shared_ptr<http::Handler> site;
};

bool is_answered(const http::Response& response) { return response.status != 404 && response.status != 405; }

std::set<std::string> methods_of(const json& item) {
    std::set<std::string> all;
    for (const Named& each : kMethods)
        if (item.contains(each.member)) all.insert(each.token);
    if (item.contains("get")) all.insert("HEAD");
    return all;
}

std::set<std::string> named_in(std::string_view allow) {
    std::set<std::string> all;
    for (const auto name : split(allow, ',')) all.emplace(name);
    return all;
}

// One method of one described path, whether it is an operation or not.
struct Try {
    std::string path;  // as described
    const Named& method;
    const json& item;  // of the path
    bool described() const { return item.contains(method.member); }
    const json& operation() const { return item.at(method.member); }
    samples::Asked asked() const { return {.method = method.method, .path = example_of(path)}; }
    bool has_tag(const std::string& tag) const { return operation().at("tags").get<std::set<std::string>>().contains(tag); }
    // "POST /api/v1/probes/{}/end", as Api::resources() says it.
    std::string resource() const {
        std::string plain = path;
        if (const auto open = plain.find('{'); open != std::string::npos) plain.erase(open + 1, plain.find('}') - open - 1);
        return method.token + " " + plain;
    }
};

std::vector<Try> tries() {
    std::vector<Try> all;
    for (const auto& [path, item] : description().at("paths").items())
        for (const Named& method : kMethods) all.push_back({path, method, item});
    return all;
}

}  // namespace

TEST_CASE("description: what it names is answered, with a status that it names, and nothing else") {
    int described = 0;
    for (const Try& one : tries()) {
        const Scene scene;  // a new one each time: one of them ends the session
        const std::string resource = one.resource();
        CAPTURE(resource);
        const auto response = scene.owner.ask(*scene.site, one.asked());
        CAPTURE(response.status);
        CHECK(is_answered(response) == one.described());
        if (response.status == 405) CHECK(named_in(field_of(response, "allow")) == methods_of(one.item));
        if (!one.described()) continue;
        CHECK(one.operation().at("responses").contains(std::to_string(response.status)));
        if (one.method.method == Method::kGet) CHECK(scene.ask(Method::kHead, example_of(one.path)).status == response.status);
        ++described;
    }
    CHECK(described >= 30);
}

TEST_CASE("description: who is not logged in gets in where it says so, and nowhere else") {
    const Scene scene;
    for (const Try& one : tries()) {
        if (!one.described()) continue;
        const std::string resource = one.resource();
        CAPTURE(resource);
        const bool open = one.operation().value("security", description().at("security")).empty();
        auto asked = one.asked();
        asked.fields = {{"Origin", "https://localhost"}, {"Content-Type", "application/json"}};
        CHECK((Owner::wait(samples::ask(*scene.site, asked)).status != 401) == open);
    }
}

TEST_CASE("description: the resources of the control socket are those that it marks") {
    std::set<std::string> code, marked;
    for (const auto& one : Api::resources()) code.insert(one);
    code.insert("POST /api/v1/password");  // of the socket's own (admin_site.cpp)
    Scene scene;
    const auto socket = make_control_api(scene.control, scene.owner.desk.get());
    for (const Try& one : tries()) {
        if (!one.described()) continue;
        const std::string resource = one.resource();
        CAPTURE(resource);
        CHECK(is_answered(samples::ask(*socket, one.asked())) == one.has_tag("control"));
        if (one.has_tag("control")) marked.insert(resource);
    }
    CHECK(marked == code);
}

TEST_CASE("description: it is for who is logged in, gzipped, and can be revalidated") {
    const Scene scene;
    CHECK(samples::ask(*scene.site, {.path = "/api/v1/openapi.json"}).status == 401);
    const auto sent = scene.ask(Method::kGet, "/api/v1/openapi.json");
    CHECK(sent.status == 200);
    CHECK(field_of(sent, "content-type") == "application/json");
    CHECK(field_of(sent, "content-encoding") == "gzip");
    const auto again = [&](http::FieldView field) { return scene.owner.ask(*scene.site, {.path = "/api/v1/openapi.json", .fields = {field}}).status; };
    CHECK(again({"If-None-Match", field_of(sent, "etag")}) == 304);
    CHECK(again({"Accept-Encoding", "identity"}) == 406);
}
