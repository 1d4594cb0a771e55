#include "firmware/admin/browser_check.h"

#include <doctest.h>

#include <vector>

using namespace postern;
using namespace postern::admin;

namespace {

using Fields = std::vector<http::FieldView>;

struct Asking {
    Fields fields;
    http::Request request;
    explicit Asking(Fields given, std::string_view host = "router.lan", std::uint16_t port = 8443) : fields(std::move(given)) {
        request.fields = fields;
        request.host = host;
        request.host_port = port;
    }
};

}  // namespace

TEST_CASE("a cookie is found by its whole name, in whichever field") {
    const auto cookie = [](const char* text) { return std::string(cookie_of(Asking(Fields{{"Cookie", text}}).request, "__Host-postern")); };
    CHECK(cookie("__Host-postern=abc") == "abc");
    CHECK(cookie("a=b; __Host-postern=abc;c=d") == "abc");
    CHECK(cookie("x__Host-postern=evil") == "");
    CHECK(cookie("__Host-posternx=evil; __Host-postern=") == "");
    CHECK(cookie("__Host-postern") == "");
    CHECK(cookie("__Host-postern=a=b") == "a=b");
    CHECK(cookie("") == "");
    const Asking two(Fields{{"cookie", "a=b"}, {"COOKIE", "__Host-postern=second"}});
    CHECK(cookie_of(two.request, "__Host-postern") == "second");
    CHECK(cookie_of(Asking(Fields{{"X-Cookie", "__Host-postern=no"}}).request, "__Host-postern").empty());
}

TEST_CASE("only a page of this very listener is our origin") {
    struct Row {
        const char* origin;
        bool own;
    };
    for (const Row& row : {Row{"https://router.lan:8443", true}, {"HTTPS://Router.LAN:8443", true}, {"https://router.lan", false},
                           {"https://router.lan:443", false}, {"http://router.lan:8443", false}, {"https://evil.example:8443", false},
                           {"https://router.lan:8443.evil.example", false}, {"null", false}, {"", false},
                           {"https://router.lan:8443/", false}, {"https://router.lan:8443 https://evil.example", false}}) {
        CAPTURE(row.origin);
        CHECK(is_own_origin(Asking(Fields{{"Origin", row.origin}}).request) == row.own);
    }
    CHECK(!is_own_origin(Asking(Fields{}).request));
    CHECK(!is_own_origin(Asking(Fields{{"Origin", "https://router.lan:8443"}, {"Origin", "https://router.lan:8443"}}).request));
    CHECK(is_own_origin(Asking(Fields{{"Origin", "https://router.lan"}}, "router.lan", 443).request));
    CHECK(is_own_origin(Asking(Fields{{"Origin", "https://router.lan"}}, "router.lan", 0).request));
    CHECK(is_own_origin(Asking(Fields{{"Origin", "https://[fd00::1]:8443"}}, "fd00::1").request));
    CHECK(!is_own_origin(Asking(Fields{{"Origin", "https://fd00::1:8443"}}, "fd00::1").request));
}

TEST_CASE("a body is what its type says, whatever its parameters") {
    CHECK(is_json(Asking(Fields{{"Content-Type", "application/json"}}).request));
    CHECK(is_json(Asking(Fields{{"content-type", " Application/JSON ; charset=utf-8"}}).request));
    for (const char* other : {"", "text/plain", "application/jsonx", "application/json-patch+json", "multipart/form-data", ";application/json"})
        CHECK(!is_json(Asking(Fields{{"Content-Type", other}}).request));
    CHECK(is_form(Asking(Fields{{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"}}).request));
    CHECK(!is_form(Asking(Fields{{"Content-Type", "text/plain"}}).request));
}

TEST_CASE("a form's field is decoded, and none is guessed") {
    CHECK(form_value("password=abc", "password") == "abc");
    CHECK(form_value("a=b&password=%E9%AB%98+%26%3D%2B&c", "password") == "\xE9\xAB\x98 &=+");
    CHECK(form_value("pass%77ord=x", "password") == "x");
    CHECK(form_value("password=", "password") == "");
    CHECK(form_value("password", "password") == "");
    for (const char* bad : {"", "pass=abc", "password=%", "password=%4", "password=%GG", "password=a&password=b", "xpassword=a"}) {
        CAPTURE(bad);
        CHECK(!form_value(bad, "password"));
    }
}
