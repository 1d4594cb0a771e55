#include <doctest.h>

#include <string>

#include "server/proxy/route.h"

namespace postern::proxy {
namespace {

TEST_CASE("route: an upstream's URL") {
    struct Row {
        const char *url, *address, *base;  // a base of "-": none
    };
    const Row rows[] = {
        {"http://127.0.0.1:8080", "127.0.0.1:8080", "-"},      {"http://127.0.0.1:8080/", "127.0.0.1:8080", ""},
        {"http://127.0.0.1:8080/a/b/", "127.0.0.1:8080", "/a/b"}, {"http://localhost:81", "127.0.0.1:81", "-"},
        {"http://localhost", "127.0.0.1:80", "-"},             {"http://192.0.2.1/x", "192.0.2.1:80", "/x"},
        {"http://[::1]:9/x", "[::1]:9", "/x"},                 {"http://[::1]", "[::1]:80", "-"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.url);
        const Result<Upstream> made = Upstream::parse(row.url);
        REQUIRE(made.ok());
        CHECK(made->address.text() == row.address);
        CHECK(made->base.value_or("-") == row.base);
    }
}

TEST_CASE("route: a bad URL is named, with what is allowed") {
    const char* const rows[] = {"https://127.0.0.1:1", "127.0.0.1:8080", "http://", "http://example.org:80", "http://127.0.0.1:0",
                                "http://127.0.0.1:99999", "http://user@127.0.0.1:80", "http://127.0.0.1:80/a b", "http://127.0.0.1:80/a?b",
                                "http://127.0.0.1:80/a/../b", "http://127.0.0.1:80/a//b", "http://127.0.0.1:80/a#b", "http://::1:80",
                                "http://127.0.0.1:x", "http://[::1", "ftp://127.0.0.1"};
    for (const char* row : rows) {
        CAPTURE(row);
        const Result<Upstream> made = Upstream::parse(row);
        REQUIRE_FALSE(made.ok());
        CHECK(made.error().text().find(row) != std::string::npos);
    }
}

}  // namespace
}  // namespace postern::proxy
