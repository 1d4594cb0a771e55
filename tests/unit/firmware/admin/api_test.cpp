#include "firmware/admin/api.h"

#include <doctest.h>

#include <nlohmann/json.hpp>

#include "firmware/admin/admin_site.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/client_json.h"
#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using nlohmann::json;
using samples::ask;
using samples::body_of;
using samples::field_of;

namespace {

const acme::StatusSnapshot& valid() { return samples::by_name("valid").status; }

// What every problem document must have (RFC 9457), and every answer of the admin listener.
void check_problem(const http::Response& response, int status) {
    CHECK(response.status == status);
    CHECK(field_of(response, "content-type") == "application/problem+json");
    const auto document = json::parse(body_of(response));
    CHECK(document.at("type") == "about:blank");
    CHECK(document.at("title") == http::reason_of(static_cast<std::uint16_t>(status)));
    CHECK(document.at("status") == status);
    CHECK_FALSE(document.at("detail").get<std::string>().empty());
}

void check_guards(const http::Response& response) {
    CHECK(field_of(response, "cache-control") == "no-store");
    CHECK(field_of(response, "x-content-type-options") == "nosniff");
    CHECK(field_of(response, "referrer-policy") == "no-referrer");
    CHECK(field_of(response, "cross-origin-resource-policy") == "same-origin");
    CHECK(field_of(response, "access-control-allow-origin").empty());
    CHECK(field_of(response, "content-security-policy").find("default-src 'none'") == 0);
    CHECK(field_of(response, "content-security-policy").find("frame-ancestors 'none'") != std::string::npos);
}

struct Row {
    Method method;
    std::string path, body;
    int admin, socket;  // status on the admin listener, on the control socket
};

// Several by name: all of them are known, or none is renewed.
const std::vector<Row>& rows_of_names() {
    static const std::vector<Row> rows = {
        {Method::kPost, "/api/v1/renew", R"({"names":["example.org"]})", 202, 202},
        {Method::kPost, "/api/v1/renew", R"({"names":["example.org","unknown.example"]})", 404, 404},
        {Method::kPost, "/api/v1/renew", R"({"names":[]})", 400, 400},
        {Method::kPost, "/api/v1/dry-run", R"({"names":["example.org"]})", 202, 202},
        {Method::kPost, "/api/v1/dry-run", R"({"names":["unknown.example"]})", 404, 404},
        {Method::kPost, "/api/v1/dry-run", R"({"force":true})", 400, 400},
        {Method::kPost, "/api/v1/certificates/example.org/renew", R"({"names":["example.org"]})", 400, 400},
    };
    return rows;
}

const std::vector<Row>& rows() {
    static const std::vector<Row> rows = {
        {Method::kGet, "/api/v1/status", "", 200, 200},
        {Method::kHead, "/api/v1/status", "", 200, 200},
        {Method::kPost, "/api/v1/status", "", 405, 405},
        {Method::kDelete, "/api/v1/status", "", 405, 405},
        {Method::kOptions, "/api/v1/status", "", 405, 405},
        {Method::kGet, "/api/v1/status/", "", 404, 404},
        {Method::kGet, "/api/v1/jobs/j1", "", 200, 200},
        {Method::kGet, "/api/v1/jobs/none", "", 404, 404},
        {Method::kGet, "/api/v1/jobs/", "", 404, 404},
        {Method::kGet, "/api/v1/jobs/a/b", "", 404, 404},
        {Method::kPost, "/api/v1/jobs/j1", "", 405, 405},
        {Method::kPost, "/api/v1/renew", "", 202, 202},
        {Method::kPost, "/api/v1/renew", R"({"force":true})", 202, 202},
        {Method::kPost, "/api/v1/renew", "{", 400, 400},
        {Method::kGet, "/api/v1/renew", "", 405, 405},
        {Method::kPost, "/api/v1/certificates/example.org/renew", "", 202, 202},
        {Method::kPost, "/api/v1/certificates/example.org/renew", R"({"force":1})", 400, 400},
        {Method::kPost, "/api/v1/certificates/unknown.example/renew", "", 404, 404},
        {Method::kPost, "/api/v1/certificates//renew", "", 404, 404},
        {Method::kPost, "/api/v1/certificates/example.org/revoke", R"({"reason":"superseded"})", 202, 202},
        {Method::kPost, "/api/v1/certificates/example.org/revoke", R"({"reason":"weather"})", 400, 400},
        {Method::kPost, "/api/v1/certificates/unknown.example/revoke", "", 404, 404},
        {Method::kPost, "/api/v1/certificates/unknown.example/dry-run", "", 404, 404},
        {Method::kPost, "/api/v1/certificates/example.org/dry-run", "", 202, 202},
        {Method::kPost, "/api/v1/certificates/example.org/delete", "", 202, 202},
        {Method::kGet, "/api/v1/certificates/example.org/delete", "", 405, 405},
        {Method::kPut, "/api/v1/certificates/example.org/upload", R"({"chain":"C","key":"K"})", 202, 202},
        {Method::kPut, "/api/v1/certificates/example.org/upload", R"({"chain":"C"})", 400, 400},
        {Method::kPut, "/api/v1/certificates/example.org/upload", "", 400, 400},
        {Method::kPut, "/api/v1/certificates/unknown.example/upload", R"({"chain":"C","key":"K"})", 404, 404},
        {Method::kPost, "/api/v1/certificates/example.org/upload", R"({"chain":"C","key":"K"})", 405, 405},
        {Method::kPost, "/api/v1/certificates/a/b/renew", "", 404, 404},
        {Method::kPost, "/api/v1/certificates/example.org", "", 404, 404},
        {Method::kPost, "/api/v1/certificates/renew", "", 404, 404},
        {Method::kGet, "/api/v1/certificates/example.org/renew", "", 405, 405},
        {Method::kPost, "/api/v1/reload", "", 200, 200},
        {Method::kPost, "/api/v1/reload", "{}", 200, 200},
        {Method::kPost, "/api/v1/reload", "[]", 400, 400},
        {Method::kGet, "/api/v1/reload", "", 405, 405},
        {Method::kPost, "/api/v1/stop", "", 403, 202},
        {Method::kGet, "/api/v1/stop", "", 405, 405},
        {Method::kPost, "/api/v1/probes", "", 201, 201},
        {Method::kPost, "/api/v1/probes", R"({"seconds":600})", 201, 201},
        {Method::kPost, "/api/v1/probes", R"({"seconds":0})", 400, 400},
        {Method::kGet, "/api/v1/probes", "", 405, 405},
        {Method::kGet, "/api/v1/probes/abcd2345", "", 200, 200},
        {Method::kGet, "/api/v1/probes/none", "", 404, 404},
        {Method::kGet, "/api/v1/probes/", "", 404, 404},
        {Method::kPost, "/api/v1/probes/abcd2345/end", "", 200, 200},
        {Method::kGet, "/api/v1/probes/abcd2345/end", "", 405, 405},
        {Method::kGet, "/api", "", 404, 404},
        {Method::kGet, "/api/", "", 404, 404},
        {Method::kGet, "/api/v1", "", 404, 404},
        {Method::kGet, "/api/v2/status", "", 404, 404},
        {Method::kOther, "/api/v1/nothing", "", 404, 404},
    };
    return rows;
}

void check_answer(const http::Response& response, int expected) {
    CHECK(response.status == expected);
    check_guards(response);
    if (expected >= 400) {
        check_problem(response, expected);
    } else {
        CHECK(field_of(response, "content-type") == "application/json");
        CHECK(json::parse(body_of(response)).is_object());
    }
    if (expected == 405) CHECK_FALSE(field_of(response, "allow").empty());
}

}  // namespace

TEST_CASE("api: who may do what, by path, method and door") {
    std::vector<Row> all = rows();
    all.insert(all.end(), rows_of_names().begin(), rows_of_names().end());
    for (const auto& row : all) {
        CAPTURE(row.path);
        CAPTURE(static_cast<int>(row.method));
        CAPTURE(row.body);
        samples::FakeControl control(valid());
        samples::Owner owner;
        const auto site = make_admin_site(control, *owner.desk, {});
        check_answer(owner.ask(*site, {.method = row.method, .path = row.path, .body = row.body}), row.admin);
        if (row.admin == 403) CHECK_MESSAGE(control.calls.empty(), "what was refused was done");
        const auto api = make_control_api(control);
        check_answer(ask(*api, {.method = row.method, .path = row.path, .body = row.body}), row.socket);
    }
}

TEST_CASE("api: Allow names what the resource answers") {
    samples::FakeControl control(valid());
    const auto api = make_control_api(control);
    CHECK(field_of(ask(*api, {.method = Method::kPost, .path = "/api/v1/status"}), "allow") == "GET, HEAD");
    CHECK(field_of(ask(*api, {.path = "/api/v1/renew"}), "allow") == "POST");
}

TEST_CASE("api: what is asked of the server") {
    samples::FakeControl control(valid());
    const auto api = make_control_api(control);
    const auto post = [&](const std::string& path, const std::string& body) {
        return ask(*api, {.method = Method::kPost, .path = path, .body = body});
    };
    const auto started = post("/api/v1/certificates/example.org/renew", R"({"force":true})");
    CHECK(body_of(started) == R"({"job":"j1"})");
    CHECK(field_of(started, "location") == "/api/v1/jobs/j1");
    post("/api/v1/certificates/example.org/renew", R"({"force":false})");
    post("/api/v1/renew", "");
    post("/api/v1/renew", " {} ");
    CHECK(body_of(post("/api/v1/reload", "")) == R"({"result":"nothing changed"})");
    post("/api/v1/reload", reload_request_json({"/etc/a.ini", 7, 8}));
    post("/api/v1/stop", "");
    CHECK(control.calls == std::vector<std::string>{"renew example.org force", "renew example.org", "renew ", "renew ",
                                                    "reload", "reload /etc/a.ini", "stop"});
    control.calls.clear();
    CHECK(body_of(post("/api/v1/certificates/example.org/revoke", revoke_request_json({1, true}))) == R"({"job":"j1"})");
    post("/api/v1/certificates/example.org/revoke", "");
    post("/api/v1/certificates/example.org/dry-run", "");
    post("/api/v1/dry-run", "");
    post("/api/v1/certificates/gone.example/delete", "");
    post("/api/v1/renew", renew_request_json({true, {"example.org", "example.org"}}));
    post("/api/v1/renew", renew_request_json({true, {"example.org", "gone.example"}}));  // all or none
    post("/api/v1/dry-run", renew_request_json({false, {"example.org"}}));
    CHECK(control.calls == std::vector<std::string>{"revoke example.org 1 delete", "revoke example.org 0", "try example.org", "try ",
                                                    "delete gone.example", "renew example.org,example.org force",
                                                    "try example.org"});
}

TEST_CASE("api: a failure becomes the status that says what to do") {
    const std::pair<Error, int> rows_of[] = {
        {Error::retry("busy"), 503}, {Error::refuse("no"), 400}, {Error::admin("postern.ini:3: bad"), 409}, {Error::bug("x"), 500}};
    for (const auto& [error, status] : rows_of) {
        samples::FakeControl control(valid());
        control.next_failure = error;
        const auto api = make_control_api(control);
        for (const std::string path : {"/api/v1/renew", "/api/v1/reload", "/api/v1/certificates/example.org/renew"}) {
            const auto response = ask(*api, {.method = Method::kPost, .path = path});
            check_problem(response, status);
            CHECK(json::parse(body_of(response)).at("detail") == error.text());
        }
    }
}

TEST_CASE("api: an upload goes to the keeper as it came, and one over 128 kB goes nowhere") {
    samples::FakeControl control(valid());
    const auto api = make_control_api(control);
    const auto put = [&](const std::string& chain) {
        return ask(*api, {.method = Method::kPut, .path = "/api/v1/certificates/example.org/upload", .body = json({{"chain", chain}, {"key", "K\n"}}).dump()});
    };
    CHECK(field_of(put("C\n"), "location") == "/api/v1/jobs/j1");
    CHECK(control.calls == std::vector<std::string>{"upload example.org C\n K\n"});
    check_problem(put(std::string(131072, 'C')), 400);
    CHECK(control.calls.size() == 1);
}

TEST_CASE("api: bodies that are no reload request") {
    for (const std::string body : {"x", "null", "[]", R"({"file":7})", R"({"inode":"7"})", R"({"inode":-7})", R"({"force":true})"})
        CHECK_FALSE(read_reload_request(body).ok());
    CHECK_FALSE(read_reload_request(R"({"file":")" + std::string(9000, 'a') + "\"}").ok());
    const auto meant = read_reload_request(reload_request_json({"/etc/a.ini", 7, 18446744073709551615ull}));
    REQUIRE(meant.ok());
    CHECK(meant->path == "/etc/a.ini");
    CHECK(meant->device == 7);
    CHECK(meant->inode == 18446744073709551615ull);
}

TEST_CASE("api: bodies that are no request to revoke") {
    for (const std::string body : {"x", "[]", R"({"reason":1})", R"({"reason":"weather"})", R"({"delete":"yes"})", R"({"force":true})"}) {
        CAPTURE(body);
        CHECK_FALSE(read_revoke_request(body).ok());
    }
    CHECK_FALSE(read_revoke_request("{\"delete\":true" + std::string(2000, ' ') + "}").ok());
    CHECK(read_revoke_request("")->reason == 0);
    for (const int reason : {0, 1, 4, 5}) CHECK(read_revoke_request(revoke_request_json({reason, false}))->reason == reason);
    CHECK(read_revoke_request(R"({"reason":"KEYCOMPROMISE","delete":true})")->remove);
}

TEST_CASE("api: bodies that are no renew request") {
    const std::string bad[] = {
        "x", "null", "true", "[]", "\"force\"", "1", "{", "{}{}", R"({"force":})", R"({"force":"true"})", R"({"force":null})",
        R"({"force":1})", R"({"Force":true})", R"({"force":true,"names":[]})", R"({"names":"a"})", R"({"names":null})", R"({"names":{"a":"b"}})", R"({"names":["a",1]})",
        R"({"names":[["a"]]})", R"({"names":["a"],"name":"b"})", R"({force:true})", "{\"force\":true}//",
        std::string("\0", 1), "\xff", std::string(1024, '[') , "{\"force\":true" + std::string(70000, ' ') + "}",
    };
    for (const auto& body : bad) {
        CAPTURE(body);
        CHECK_FALSE(read_renew_request(body, {"force", "names"}).ok());
    }
    CHECK(read_renew_request("", {"force"})->force == false);
    CHECK(read_renew_request("\n{\"force\" : true}\n", {"force"})->force == true);
    CHECK(read_renew_request(R"({"names":["a"]})", {"force", "names"})->names == std::vector<std::string>{"a"});
    const auto none = read_renew_request(R"({"names":["a"]})", {"force"});
    REQUIRE_FALSE(none.ok());
    CHECK(none.error().text() == "Unknown member \"names\"; allowed is \"force\".");
}

TEST_CASE("api: a probe and who came to see it") {
    samples::FakeControl control(valid());
    const auto api = make_control_api(control);
    const auto opened = ask(*api, {.method = Method::kPost, .path = "/api/v1/probes", .body = probe_request_json(Seconds(600))});
    CHECK(field_of(opened, "location") == "/api/v1/probes/abcd2345");
    const auto probe = read_probe_json(body_of(opened));
    REQUIRE(probe.ok());
    CHECK(probe->token == "abcd2345");
    CHECK(probe->page == "You got through.\n");
    const auto visits = read_visits_json(body_of(ask(*api, {.path = "/api/v1/probes/abcd2345"})));
    REQUIRE(visits.ok());
    REQUIRE(visits->size() == 2);
    CHECK(visits->at(0).peer == "2001:db8::7");
    CHECK(visits->at(1).port == 443);
    CHECK(visits->at(1).secure);
    CHECK(visits->at(1).at == visits->at(0).at);
    ask(*api, {.method = Method::kPost, .path = "/api/v1/probes/abcd2345/end"});
    CHECK(control.calls == std::vector<std::string>{"probe 600", "end abcd2345"});
    for (const std::string body : {"x", "null", "[]", R"({"seconds":"1"})", R"({"seconds":-1})", R"({"seconds":3601})", R"({"s":1})"})
        CHECK_FALSE(read_probe_request(body).ok());
    CHECK_FALSE(read_probe_request(std::string(2000, ' ')).ok());
    CHECK(read_probe_request("")->count() == 60);
    for (const std::string answer : {"", "{}", R"({"token":"a"})", "[]"}) CHECK_FALSE(read_probe_json(answer).ok());
    for (const std::string answer : {"", "{}", R"({"visits":7})"}) CHECK_FALSE(read_visits_json(answer).ok());
}

TEST_CASE("api: while the server starts there is no status yet") {
    samples::FakeControl control(valid());
    samples::Owner owner;
    control.set_status(nullptr);
    const auto site = make_admin_site(control, *owner.desk, {});
    check_problem(owner.ask(*site, {.path = "/api/v1/status"}), 503);
    CHECK(owner.ask(*site, {.path = "/"}).status == 200);
    check_problem(ask(*make_control_api(control), {.method = Method::kPost, .path = "/api/v1/certificates/x/renew"}), 404);
}

TEST_CASE("api: a job, step by step") {
    samples::FakeControl control(valid());
    const auto job = json::parse(body_of(ask(*make_control_api(control), {.path = "/api/v1/jobs/j1"})));
    CHECK(job == json::parse(R"({"id":"j1","done":true,"ok":true,"changed":false,"steps":[
        {"at":"2026-11-21T01:05:00Z","certificate":"example.org","text":"order placed: 2 names"}]})"));
}

TEST_CASE("api: hostile names come back as valid JSON") {
    samples::FakeControl control(valid());
    const auto api = make_control_api(control);
    for (const std::string name : {"\"}<script>", "\xff\xfe", "\r\nSet-Cookie: a=b", "..", "%2e"}) {
        check_problem(ask(*api, {.method = Method::kPost, .path = "/api/v1/certificates/" + name + "/renew"}), 404);
        check_problem(ask(*api, {.path = "/api/v1/jobs/" + name}), 404);
    }
}

TEST_CASE("host: only ours is answered on the admin listener, any on the socket") {
    struct HostRow {
        std::string host;
        bool own;
    };
    const HostRow hosts[] = {
        {"localhost", true}, {"127.0.0.1", true}, {"127.8.9.1", true}, {"::1", true}, {"::ffff:127.0.0.1", true},
        {"router.lan", true}, {"192.168.1.1", true}, {"fd00::1", true}, {"fd00:0:0:0:0:0:0:1", true},
        {"", false}, {"evil.example", false}, {"localhost.evil.example", false}, {"notlocalhost", false},
        {"127.0.0.1.evil.example", false}, {"128.0.0.1", false}, {"192.168.1.2", false}, {"127.1", false}, {"2130706433", false},
        {"0x7f.0.0.1", false}, {"0.0.0.0", false}, {"::", false}, {"::2", false}, {"router.lan.", false}, {"fd00::2", false},
        {"[::1]", false}, {"::1%eth0", false},
    };
    samples::FakeControl control(valid());
    samples::Owner owner;
    const auto site = make_admin_site(control, *owner.desk, {.hosts = {"router.lan", "192.168.1.1", "fd00::1"}});
    const auto api = make_control_api(control);
    for (const auto& row : hosts) {
        CAPTURE(row.host);
        for (const std::string path : {"/", "/api/v1/status", "/style.css"}) {
            const auto response = owner.ask(*site, {.path = path, .host = row.host});
            CHECK(response.status == (row.own ? 200 : 421));
            if (row.own) continue;
            check_problem(response, 421);
            if (!row.host.empty()) CHECK(body_of(response).find(row.host) == std::string::npos);
        }
        CHECK(ask(*api, {.path = "/api/v1/status", .host = row.host}).status == 200);
    }
}
