#include <doctest.h>

#include <string>

#include "server/base/upstream_limits.h"
#include "server/proxy/response_head.h"

namespace postern::proxy {
namespace {

using Body = ResponseHead::Body;

ParsedHead parse(const std::string& text, ResponseHead& head, bool to_head = false, const Mapping& mapping = {"127.0.0.1:8080", "/base", "/app"}) {
    return parse_response(text, to_head, mapping, head);
}

TEST_CASE("response_head: how a body is framed") {
    struct Row {
        const char* text;
        bool to_head;
        Body body;
        std::uint64_t length;
        bool keep_alive;
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false, Body::kLength, 5, true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, Body::kNone, 0, true},
        {"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n", false, Body::kLength, 5, true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", false, Body::kChunked, 0, true},
        {"HTTP/1.1 200 OK\r\n\r\n", false, Body::kToTheEnd, 0, false},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n", false, Body::kLength, 5, false},
        {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", false, Body::kLength, 5, false},
        {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: Keep-Alive\r\n\r\n", false, Body::kLength, 5, true},
        {"HTTP/1.1 204 No\r\n\r\n", false, Body::kNone, 0, true},
        {"HTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n", false, Body::kNone, 5, true},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, Body::kNone, 5, true},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, Body::kNone, 0, true},
        {"HTTP/1.1 101 Switch\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", false, Body::kNone, 0, true},
        {"HTTP/1.1 200 OK\nContent-Length: 5\n\n", false, Body::kLength, 5, true},  // a script's line ends
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        ResponseHead head;
        const ParsedHead parsed = parse(std::string(row.text) + "BODY", head, row.to_head);
        REQUIRE(parsed.state == ParseState::kComplete);
        CHECK(parsed.size == std::string_view(row.text).size());
        CHECK(static_cast<int>(head.body) == static_cast<int>(row.body));
        CHECK(head.length == row.length);
        CHECK(head.keep_alive == row.keep_alive);
        // byte by byte it is the same, and never complete too early
        for (std::size_t size = 0; size + 1 < parsed.size; ++size) {
            ResponseHead part;
            const ParsedHead early = parse(std::string(row.text, size), part, row.to_head);
            CHECK(static_cast<int>(early.state) == static_cast<int>(ParseState::kPartial));
        }
    }
}

TEST_CASE("response_head: what can be read in two ways is refused") {
    const char* const rows[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\n Content-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: empty\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n",
        "HTTP/1.1 200 O\rK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "<html>no head at all",
    };
    for (const char* row : rows) {
        CAPTURE(row);
        ResponseHead head;
        const ParsedHead parsed = parse(row, head);
        CHECK(static_cast<int>(parsed.state) == static_cast<int>(ParseState::kBad));
        CHECK_FALSE(parsed.fault.empty());
    }
    ResponseHead head;
    CHECK(static_cast<int>(parse(std::string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 26), head).state) == static_cast<int>(ParseState::kBad));
}

TEST_CASE("response_head: no head without an end") {
    ResponseHead head;
    std::string text = "HTTP/1.1 200 OK\r\nX: ";
    text.resize(limits::kUpstreamHead - 1, 'x');
    CHECK(static_cast<int>(parse(text, head).state) == static_cast<int>(ParseState::kPartial));
    CHECK(static_cast<int>(parse(text + "x", head).state) == static_cast<int>(ParseState::kBad));
    text = "HTTP/1.1 200 OK\r\n";
    for (std::size_t i = 0; i < limits::kUpstreamFields; ++i) text += "X: 1\r\n";
    CHECK(static_cast<int>(parse(text + "\r\n", head).state) == static_cast<int>(ParseState::kComplete));
    CHECK(static_cast<int>(parse(text + "X: 1\r\n\r\n", head).state) == static_cast<int>(ParseState::kBad));
}

TEST_CASE("response_head: what is passed on, and what stays behind") {
    ResponseHead head;
    const ParsedHead parsed = parse(
        "HTTP/1.1 200 OK\r\nServer: small\r\nDate: x\r\nConnection: x-hop, keep-alive\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
        "Content-Length: 1\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nStrict-Transport-Security: max-age=1\r\nUpgrade: h2c\r\n"
        "Set-Cookie: __Host-postern=x; Secure\r\nset-cookie:  __Host-postern \r\nSet-Cookie: __Host-posterns=y\r\n"
        "Proxy-Authenticate: Basic\r\nTrailer: x\r\nX-Tab:\ta\tb \r\n\r\n",
        head);
    REQUIRE(parsed.state == ParseState::kComplete);
    CHECK(head.lines == "Server: small\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nSet-Cookie: __Host-posterns=y\r\nX-Tab: a\tb\r\n");
}

TEST_CASE("response_head: a Location that names the upstream names us") {
    struct Row {
        const char *said, *told;
    };
    const Row rows[] = {
        {"http://127.0.0.1:8080/base/x?y", "/app/x?y"}, {"http://127.0.0.1:8080/base", "/app"},
        {"http://127.0.0.1:8080/other", "http://127.0.0.1:8080/other"}, {"http://127.0.0.1:8080/baseball", "http://127.0.0.1:8080/baseball"},
        {"http://127.0.0.1:80801/base/x", "http://127.0.0.1:80801/base/x"}, {"https://127.0.0.1:8080/base/x", "https://127.0.0.1:8080/base/x"},
        {"http://127.0.0.1:8080/base//evil.example", "/app//evil.example"}, {"/login", "/login"}, {"https://example.org/", "https://example.org/"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.said);
        ResponseHead head;
        REQUIRE(parse("HTTP/1.1 302 Found\r\nLocation: " + std::string(row.said) + "\r\nContent-Length: 0\r\n\r\n", head).state == ParseState::kComplete);
        CHECK(head.lines == "Location: " + std::string(row.told) + "\r\n");
    }
    ResponseHead head;
    (void)parse("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:8080/x\r\nContent-Length: 0\r\n\r\n", head, false, {"127.0.0.1:8080", "", ""});
    CHECK(head.lines == "Location: /x\r\n");
    for (const std::string evil : {"//evil.example", "/\\evil.example"}) {  // another host to a browser
        (void)parse("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:8080" + evil + "\r\n\r\n", head, false, {"127.0.0.1:8080", "", ""});
        CHECK(head.lines == "Location: http://127.0.0.1:8080" + evil + "\r\n");
    }
}

}  // namespace
}  // namespace postern::proxy
