#include "firmware/admin/admin_page.h"

#include <doctest.h>

#include "firmware/admin/admin_site.h"
#include "server/base/text.h"
#include "tests/unit/firmware/admin/owner.h"
#include "www/assets.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using samples::body_of;
using samples::field_of;

namespace {

std::string page_of(const std::string& sample) {
    samples::FakeControl control(samples::by_name(sample).status);
    samples::Owner owner;
    const auto response = owner.ask(*make_admin_site(control, *owner.desk, {}), {.path = "/"});
    CHECK(response.status == 200);
    return body_of(response);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

}  // namespace

TEST_CASE("page: every sample fills every slot, in well-formed elements") {
    for (const auto& sample : samples::all()) {
        CAPTURE(sample.name);
        const auto page = page_of(sample.name);
        if (sample.name != "hostile") CHECK_FALSE(has(page, "{{"));
        CHECK(count(page, "<h1") == 1);
        CHECK(count(page, "<article") == sample.status.certificates.size());
        for (const std::string tag : {"article", "section", "details", "summary", "dl", "dd", "dt", "svg", "p", "div", "time", "li", "span"}) {
            CAPTURE(tag);
            CHECK(count(page, "<" + tag + ">") + count(page, "<" + tag + " ") == count(page, "</" + tag + ">"));
        }
        CHECK_FALSE(has(page, " style="));  // the content policy forbids it
        CHECK_FALSE(has(page, " onclick="));
    }
}

TEST_CASE("page: what the owner reads without JavaScript") {
    struct Row {
        std::string sample;
        std::vector<std::string> parts;
    };
    const Row rows[] = {
        {"valid",
         {"<title>All is well · Postern</title>", "<h1 id=\"headline\">All is well</h1>", "example.org", "www.example.org",
          ">Valid</p>", "YE2", "18 Jan 2027, 08:17 UTC", "in 58 days", "<dt>Renewal</dt>", "in 28 days", "aria-valuenow=\"65\"",
          "58 days of 90 days left", "<dd>C=US, O=Let&#39;s Encrypt, CN=YE2 → C=US, O=ISRG, CN=Root YE</dd>", ">today</text>", ">renewal</text>", "<rect class=\"window\" x=\"66%\" y=\"19\" width=\"2%\"",
          "Renewal wanted by the authority: <time datetime=\"2026-12-18T08:17:00Z\" data-show=\"date\">18 Dec 2026</time>", "Issued <time", "Expires <time", "ECDSA P-256",
          "9F:3C:6A", "12 days", "184 kB", "48,213", "[::]:443", "<th scope=\"col\">What they show",
          "<td>example.org, www.example.org<td>/srv/example; other names lead to example.org<td>example.org",
          "<td>the welcome page<td>mail.example.org", "<summary>What the authority still allows",
          "<td>acme-v02.api.letsencrypt.org<td>5 certificates for the same names in 7 days<td>2<td><time datetime=\"2026-11-21T22:41:00Z\">",
          "<td>Clock<td>as set on this device", "<td>Sandbox<td>not in this version"}},
        {"failing",
         {"1 certificate needs attention", "Renewal failing", "could not reach this device from outside", "forwards TCP port 80",
          "<summary>What was reported</summary>", "Timeout during connect", "<dt>Next try</dt>", "in 1 hour", "<strong>Failed</strong>"}},
        {"waiting", {"Just a moment", ">Waiting</p>", "on its way", "Made by this device itself: browsers warn", "any moment now"}},
        {"not-obtained", {"Not obtained", "could not be looked up", "Create an A or AAAA record"}},
        {"expired", {">Expired</p>", "Expired 2 days ago", "asks to wait", "aria-valuenow=\"0\"", "aria-valuetext=\"expired\""}},
        {"renewing", {">Renewing</p>", "being renewed right now"}},
        {"notices", {"clock is not right", "<td>Clock<td>not set", "set aside as jobs/example.org.json.damaged"}},
        {"none", {"Nothing to look after yet"}},
    };
    for (const auto& row : rows) {
        const auto page = page_of(row.sample);
        for (const auto& part : row.parts) {
            CAPTURE(row.sample);
            CAPTURE(part);
            CHECK(has(page, part));
        }
    }
    CHECK_FALSE(has(page_of("valid"), "control.sock"));
    CHECK_FALSE(has(page_of("renewing"), "class=\"window\""));  // a CA that says nothing of it
    CHECK_FALSE(has(page_of("renewing"), "still allows"));  // nor publishes limits
    CHECK_FALSE(has(page_of("waiting"), "role=\"meter\""));  // the life of a stand-in concerns nobody
}

TEST_CASE("page: what needs attention comes first, and keeps its id") {
    const auto page = page_of("many");
    const auto home = page.find("home.example.org</h3>"), calm = page.find(">example.org</h3>");
    CHECK(home < calm);
    CHECK(has(page, "<article id=\"certificate-3\" class=\"card attention\""));
    CHECK(has(page, "<article id=\"certificate-1\" class=\"card well\""));
}

TEST_CASE("page: hostile text stays text") {
    const auto page = page_of("hostile");
    CHECK(count(page, "<script") == 1);  // our own
    CHECK_FALSE(has(page, "<img"));
    CHECK_FALSE(has(page, "<b>"));
    CHECK_FALSE(has(page, "alert(1)</script>"));
    CHECK(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    CHECK(has(page, "<span>{{headline}}</span>"));  // a name that looks like a slot is not filled
    for (const char byte : std::string_view("\x1b\x01\xff\r", 4)) CHECK(page.find(byte) == std::string::npos);
    CHECK_FALSE(has(page, "\xe2\x80\xae"));
}

TEST_CASE("page: the fields that guard it") {
    samples::FakeControl control(samples::by_name("valid").status);
    samples::Owner owner;
    const auto response = owner.ask(*make_admin_site(control, *owner.desk, {}), {.path = "/"});
    CHECK(field_of(response, "content-type") == "text/html; charset=utf-8");
    CHECK(field_of(response, "cache-control") == "no-store");
    CHECK(field_of(response, "x-content-type-options") == "nosniff");
    CHECK(field_of(response, "referrer-policy") == "same-origin");  // "no-referrer" would take the Origin from its forms
    CHECK(field_of(response, "cross-origin-opener-policy") == "same-origin");
    const auto policy = field_of(response, "content-security-policy");
    CHECK(has(policy, "default-src 'none'"));
    CHECK(has(policy, "frame-ancestors 'none'"));
    CHECK_FALSE(has(policy, "unsafe"));
}

TEST_CASE("page: methods and paths") {
    samples::FakeControl control(samples::by_name("valid").status);
    samples::Owner owner;
    const auto site = make_admin_site(control, *owner.desk, {});
    for (const std::string path : {"/", "/style.css", "/app.js", "/icon.svg"}) {
        CAPTURE(path);
        CHECK(owner.ask(*site, {.path = path}).status == 200);
        CHECK(owner.ask(*site, {.method = Method::kHead, .path = path}).status == 200);
        const auto refused = owner.ask(*site, {.method = Method::kPost, .path = path});
        CHECK(refused.status == 405);
        CHECK(field_of(refused, "allow") == "GET, HEAD");
    }
    for (const std::string path : {"/index.html", "/admin/index.html", "/admin/style.css", "/favicon.ico", "*", "//", "/style.css/"}) {
        CAPTURE(path);
        CHECK(owner.ask(*site, {.path = path}).status == 404);
    }
}

TEST_CASE("page: every script and every language is served") {
    samples::FakeControl control(samples::by_name("valid").status);
    samples::Owner owner;
    const auto site = make_admin_site(control, *owner.desk, {});
    int served = 0;
    for (const auto& asset : www::assets()) {
        if (!has_prefix(asset.path, "admin/") || !(has_suffix(asset.path, ".js") || has_suffix(asset.path, ".json"))) continue;
        CAPTURE(asset.path);
        const std::string base = asset.path == "admin/openapi.json" ? "/api/v1" : "";
        const auto response = owner.ask(*site, {.path = base + std::string(asset.path.substr(5))});
        CHECK(response.status == 200);
        CHECK(body_of(response) == (asset.data.empty() ? asset.gzip : asset.data));
        ++served;
    }
    CHECK(served >= 10);
}

TEST_CASE("page: embedded files are revalidated and compressed") {
    samples::FakeControl control(samples::by_name("valid").status);
    samples::Owner owner;
    const auto site = make_admin_site(control, *owner.desk, {});
    const auto get = [&](std::string_view coding, std::string_view etag) {
        return owner.ask(*site, {.path = "/words/en.json", .fields = {{"Accept-Encoding", coding}, {"If-None-Match", etag}}});
    };
    const auto* asset = www::find("admin/words/en.json");
    REQUIRE(asset != nullptr);
    const auto plain = get("", "");
    CHECK(body_of(plain) == asset->data);
    CHECK(field_of(plain, "content-type") == "application/json");
    CHECK(field_of(plain, "vary") == "Accept-Encoding");
    CHECK(field_of(plain, "cache-control") == "no-cache");
    const auto packed = get("br, gzip;q=0.8", "");
    CHECK(body_of(packed) == asset->gzip);
    CHECK(field_of(packed, "content-encoding") == "gzip");
    CHECK(field_of(packed, "etag") != field_of(plain, "etag"));
    for (const std::string_view coding : {"identity", "br", "gzip;q=0", "gzip; q=0.000", "xgzip", "*;q=0", "*, gzip;q=0"})
        CHECK(field_of(get(coding, ""), "content-encoding").empty());
    const auto same = get("", field_of(plain, "etag"));
    CHECK(same.status == 304);
    CHECK(body_of(same).empty());
    CHECK(get("", "W/" + field_of(plain, "etag")).status == 304);
    CHECK(get("", "\"other\", " + field_of(plain, "etag")).status == 304);
    CHECK(get("gzip", field_of(plain, "etag")).status == 200);
    CHECK(get("", "\"other\"").status == 200);
}

TEST_CASE("page: the style that the page names is kept by a browser, and asked for anew when it is another") {
    samples::FakeControl control(samples::by_name("valid").status);
    samples::Owner owner;
    const auto site = make_admin_site(control, *owner.desk, {});
    const auto page = page_of("valid");
    const auto at = page.find("href=\"/style.css?") + 17;
    const auto query = page.substr(at, page.find('"', at) - at);
    CHECK(query.size() == 10);
    const auto cache_of = [&](const std::string& asked) {
        http::Request request;
        request.path = "/style.css";
        request.query = asked;
        return field_of(page_file(request).value(), "cache-control");
    };
    CHECK(cache_of(query) == "max-age=31536000, immutable");
    for (const std::string other : {"", "v=", "v=00000000", "x"}) CHECK(cache_of(other) == "no-cache");
}

TEST_CASE("page: what is kept gzipped alone goes to everybody who does not refuse it") {
    samples::FakeControl control(samples::by_name("valid").status);
    samples::Owner owner;
    const auto site = make_admin_site(control, *owner.desk, {});
    const auto* asset = www::find("admin/style.css");
    REQUIRE(asset != nullptr);
    CHECK(asset->data.empty());
    for (const std::string_view coding : {"", "gzip", "br, gzip;q=0.8", "*"}) {
        const auto answer = owner.ask(*site, {.path = "/style.css", .fields = {{"Accept-Encoding", coding}}});
        CHECK(answer.status == 200);
        CHECK(body_of(answer) == asset->gzip);
        CHECK(field_of(answer, "content-encoding") == "gzip");
        CHECK(field_of(answer, "content-type") == "text/css; charset=utf-8");
    }
    for (const std::string_view coding : {"identity", "br", "gzip;q=0", "*;q=0"})
        CHECK(owner.ask(*site, {.path = "/style.css", .fields = {{"Accept-Encoding", coding}}}).status == 406);
}

TEST_CASE("page: the whole of www stays small") {
    std::size_t packed = 0, description = 0;
    for (const auto& asset : www::assets())
        (asset.path == "admin/openapi.json" ? description : packed) += asset.gzip.empty() ? asset.data.size() : asset.gzip.size();
    MESSAGE("embedded, compressed: " << packed << " bytes, and the API's description " << description);
    CHECK(packed <= 60000);  // the promise: of all that a browser takes, in both languages
    CHECK(description <= 10000);  // for programs that ask for it
}
