#include "server/site/assets.h"

#include <doctest.h>

#include "server/site/accept_encoding.h"
#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

Assets two_files() {
    return Assets({{"/index.html", "<p>plain text", "packed", "\"tag\""}, {"/icon.svg", "<svg/>", "", "\"icon\""}});
}

bool takes_gzip(std::string_view accept_encoding) {
    const http::FieldView field{"Accept-Encoding", accept_encoding};
    http::Request request;
    request.fields = {&field, 1};
    return accepts_gzip(request);
}

}  // namespace

TEST_CASE("who takes gzip") {
    for (const char* yes : {"gzip", "GZip", "x-gzip", "br, gzip", "gzip;q=0.1", "gzip; q=1.000", "*", "*;q=0.5, br",
                            "identity;q=0, gzip", "deflate,gzip ,", "gzip;q=0.001"}) {
        CAPTURE(yes);
        CHECK(takes_gzip(yes));
    }
    for (const char* no : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "gzip;q=0, *", "*;q=0", "gzipx", "x gzip",
                           "gzip;q=2", "gzip;q=1.5", "gzip;q=", "gzip;q=abc", "gzip;x=1", "gzip;q=0.0001", "gzip;q=-1"}) {
        CAPTURE(no);
        CHECK(!takes_gzip(no));
    }
}

TEST_CASE("embedded files: plain or packed, each with its own tag") {
    Assets assets = two_files();
    Browser browser(assets);
    const Answer plain = browser.get("/");
    CHECK(plain.status == 200);
    CHECK(plain.body == "<p>plain text");
    CHECK(plain.field("Content-Type") == "text/html; charset=utf-8");
    CHECK(plain.field("Content-Length") == "13");
    CHECK(plain.field("Content-Encoding").empty());
    CHECK(plain.field("ETag") == "\"tag\"");
    CHECK(plain.field("Vary") == "Accept-Encoding");
    CHECK(plain.field("Cache-Control") == "no-cache");
    CHECK(plain.field("X-Content-Type-Options") == "nosniff");
    CHECK(plain.field("Referrer-Policy") == "no-referrer");
    CHECK(plain.field("Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
    const Answer packed = browser.get("/index.html", "Accept-Encoding: gzip, br\r\n");
    CHECK(packed.body == "packed");
    CHECK(packed.field("Content-Encoding") == "gzip");
    CHECK(packed.field("ETag") == "\"tag-gz\"");
    const Answer icon = browser.get("/icon.svg", "Accept-Encoding: gzip\r\n");
    CHECK(icon.body == "<svg/>");
    CHECK(icon.field("Content-Type") == "image/svg+xml");
    CHECK(icon.field("Vary").empty());
}

TEST_CASE("embedded files: conditions, methods, what is not there") {
    Assets assets = two_files();
    Browser browser(assets);
    const Answer same = browser.get("/", "If-None-Match: \"tag\"\r\n");
    CHECK(same.status == 304);
    CHECK(same.field("ETag") == "\"tag\"");
    CHECK(same.body.empty());
    // A tag of the other coding is another tag.
    CHECK(browser.get("/", "If-None-Match: \"tag\"\r\nAccept-Encoding: gzip\r\n").status == 200);
    CHECK(browser.get("/", "If-None-Match: \"tag-gz\"\r\nAccept-Encoding: gzip\r\n").status == 304);
    CHECK(browser.get("/", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status == 200);
    CHECK(browser.ask("HEAD /").head == browser.get("/").head);
    CHECK(browser.ask("POST /").status == 405);
    CHECK(browser.ask("BREW /").status == 501);
    CHECK(browser.ask("OPTIONS /").status == 204);
    CHECK(browser.get("/other").status == 404);
    CHECK(browser.get("/index.html/").status == 404);
}

}  // namespace postern::site::test
