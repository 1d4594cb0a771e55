#include <doctest.h>

#include <string>
#include <vector>

#include "server/base/text.h"
#include "server/proxy/request_text.h"

namespace postern::proxy {
namespace {

struct Asked {
    std::vector<http::FieldView> fields;
    http::Request request;
    http::Context context;

    explicit Asked(std::vector<http::FieldView> of) : fields(std::move(of)) {
        request.fields = fields;
        request.host = "example.org";
        request.minor = 1;
        context.peer = "192.0.2.7";
        context.secure = true;
    }
};

TEST_CASE("request_text: fields of the connection stay behind, and what we say ourselves is said once") {
    Asked asked({{"Host", "EXAMPLE.org:8443"},
                 {"Accept", "*/*"},
                 {"Connection", "x-mine, close"},
                 {"X-Mine", "1"},
                 {"Keep-Alive", "300"},
                 {"Proxy-Connection", "x"},
                 {"TE", "trailers"},
                 {"Trailer", "x"},
                 {"Transfer-Encoding", "chunked"},
                 {"Content-Length", "7"},
                 {"Upgrade", "h2c"},
                 {"HTTP2-Settings", "AAA"},
                 {"Proxy-Authorization", "Basic x"},
                 {"Expect", "100-continue"},
                 {"X-Forwarded-For", "1.1.1.1"},
                 {"X_Forwarded_For", "1.1.1.1"},
                 {"x-forwarded_proto", "http"},
                 {"X-Forwarded-Host", "evil"},
                 {"X-Real-IP", "1.1.1.1"},
                 {"X-Forwarded-Prefix", "/"},
                 {"X.Forwarded.Proto", "http"},
                 {"X_FORWARDED", "x"},
                 {"Proxy", "http://evil"},
                 {"Remote_User", "root"},
                 {"Transfer_Encoding", "chunked"},
                 {"X-Original-URL", "/admin"},
                 {"True-Client-IP", "1.1.1.1"},
                 {"Forwarded", "for=1.1.1.1"},
                 {"Via", "1.0 other"},
                 {"Authorization", "Basic y"},
                 {"Cookie", "a=b"}});
    asked.request.host_port = 8443;
    CHECK(request_tail(asked.request, asked.context, {BodyForm::kLength, 7, false}) ==
          " HTTP/1.1\r\nHost: example.org:8443\r\nAccept: */*\r\nAuthorization: Basic y\r\nCookie: a=b\r\n"
          "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.org:8443\r\n"
          "Via: 1.0 other, 1.1 postern\r\nContent-Length: 7\r\n\r\n");
}

TEST_CASE("request_text: the admin page's cookie stays behind, wherever it stands") {
    struct Row {
        const char *cookie, *passed;
    };
    for (const Row& row : {Row{"__Host-postern=abc", ""}, Row{"a=b; __Host-postern=abc; c=\"d e\"", "Cookie: a=b; c=\"d e\"\r\n"}, Row{"__Host-postern=abc; a=b", "Cookie: a=b\r\n"},
                           Row{"a=b;__Host-postern=abc ;c=d", "Cookie: a=b; c=d\r\n"}, Row{"a=b; __Host-postern=1; __Host-postern=2", "Cookie: a=b\r\n"},
                           Row{"a=b;  c=d;e", "Cookie: a=b;  c=d;e\r\n"}, Row{"__Host-postern2=abc", "Cookie: __Host-postern2=abc\r\n"},
                           Row{"a=__Host-postern", "Cookie: a=__Host-postern\r\n"}, Row{"__host-postern=abc", "Cookie: __host-postern=abc\r\n"}}) {
        CAPTURE(row.cookie);
        Asked asked({{"Cookie", row.cookie}, {"X", "y"}});
        CHECK(has_prefix(request_tail(asked.request, asked.context, {}), std::string(" HTTP/1.1\r\nHost: example.org\r\n") + row.passed + "X: y\r\n"));
    }
}

TEST_CASE("request_text: each form of a body, and IPv6") {
    Asked asked({});
    asked.request.host = "2001:db8::1";
    asked.context.secure = false;
    asked.request.major = 2;
    const std::string common =
        " HTTP/1.1\r\nHost: [2001:db8::1]\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"
        "X-Forwarded-Host: [2001:db8::1]\r\nVia: 2 postern\r\n";
    CHECK(request_tail(asked.request, asked.context, {}) == common + "\r\n");
    CHECK(request_tail(asked.request, asked.context, {BodyForm::kLength, 0, false}) == common + "Content-Length: 0\r\n\r\n");
    CHECK(request_tail(asked.request, asked.context, {BodyForm::kChunked, 0, false}) == common + "Transfer-Encoding: chunked\r\n\r\n");
}

TEST_CASE("request_text: what a trusted proxy says goes on, with itself behind it") {
    static const std::vector<Subnet> kTrusted{*Subnet::parse("192.0.2.7")};
    struct Row {
        std::vector<http::FieldView> said;
        const char* passed;
    };
    const Row rows[] = {
        {{{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "http"}, {"X-Forwarded-Host", "a.example"}, {"X-Real-IP", "1.1.1.1"}},
         "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: a.example\r\n"},
        {{{"X-Forwarded-For", "1.1.1.1"}, {"x-forwarded-for", "203.0.113.9, 10.0.0.1"}, {"X-Forwarded-Proto", "ftp"}},
         "X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.0.0.1, 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.org\r\n"},
        {{{"X-Forwarded-Proto", "http"}, {"X-Forwarded-Proto", "https"}},
         "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: example.org\r\n"},
    };
    for (const Row& row : rows) {
        Asked asked(row.said);
        asked.context.trusted = &kTrusted;
        CHECK(request_tail(asked.request, asked.context, {}) == std::string(" HTTP/1.1\r\nHost: example.org\r\n") + row.passed + "Via: 1.1 postern\r\n\r\n");
    }
}

TEST_CASE("request_text: which upgrades are passed on") {
    struct Row {
        const char *upgrade, *connection;
        bool passed;
    };
    const Row rows[] = {{"websocket", "Upgrade", true},
                        {"WebSocket", "keep-alive, upgrade", true},
                        {"foo/2", "upgrade", true},
                        {"websocket", "keep-alive", false},
                        {"h2c", "Upgrade, HTTP2-Settings", false},
                        {"H2C", "upgrade", false},
                        {"h2", "upgrade", false},
                        {"HTTP/2.0", "upgrade", false},
                        {"TLS/1.0", "upgrade", false},
                        {"websocket, h2c", "upgrade", false},
                        {"h2c x", "upgrade", false},
                        {"h2c\xa0", "upgrade", false},
                        {"web/", "upgrade", false},
                        {"", "upgrade", false}};
    for (const Row& row : rows) {
        CAPTURE(row.upgrade);
        Asked asked({{"Upgrade", row.upgrade}, {"Connection", row.connection}});
        CHECK(asks_for_upgrade(asked.request) == row.passed);
        asked.request.method = http::Method::kPost;
        CHECK_FALSE(asks_for_upgrade(asked.request));
    }
    Asked asked({{"Upgrade", "websocket"}, {"Connection", "upgrade"}, {"Sec-WebSocket-Key", "k"}});
    const std::string tail = request_tail(asked.request, asked.context, {BodyForm::kNone, 0, true});
    CHECK(tail.find("Sec-WebSocket-Key: k\r\n") != std::string::npos);
    CHECK(tail.find("Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n") != std::string::npos);
    asked.request.minor = 0;
    CHECK_FALSE(asks_for_upgrade(asked.request));
    asked.request.minor = 1;
    asked.request.major = 2;
    CHECK_FALSE(asks_for_upgrade(asked.request));
}

}  // namespace
}  // namespace postern::proxy
