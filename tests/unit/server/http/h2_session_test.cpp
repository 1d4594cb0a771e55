// HTTP/2 requests and answers: what a handler gets, and what a client sees.
#include <doctest.h>

#include "tests/unit/server/http/h2_peer.h"

namespace postern::http::test {
namespace {

Pairs plain(const std::string& path) { return {{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", path}}; }

Pairs with(Pairs fields, const Pairs& more) {
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

}  // namespace

TEST_CASE("h2: a request and its answer") {
    H2Peer peer;
    const auto id = peer.ask("GET", "/a%20b/../c?x=1");
    peer.talk();
    CHECK(peer.handler.seen == "GET /c a.example x=1 -");
    const H2Answer& answer = peer.of(id);
    CHECK(answer.status == 200);
    CHECK(answer.complete);
    CHECK(answer.body == "ok");
    CHECK(answer.fields == std::map<std::string, std::string>{{"content-length", "2"}, {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}});
    CHECK(peer.session->phase() == Phase::kIdle);
    CHECK(!peer.goaway);
    CHECK(!peer.lost);
}

TEST_CASE("h2: however it is cut, and however narrow the way out") {
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::string::npos})
        for (const std::size_t room : {std::size_t{16}, std::size_t{40}, std::size_t{2000}}) {
            CAPTURE(chunk);
            CAPTURE(room);
            H2Peer peer(100, room);
            peer.handler.answer = [](const Request&) {
                Response response;
                response.body.assign(5000, 'x');
                response.fields.emplace_back("X-Long", std::string(3000, 'y'));  // goes on in CONTINUATION
                return response;
            };
            const auto first = peer.ask("GET", "/1"), second = peer.ask("POST", "/2", {}, false);
            peer.say(second, "body");
            peer.talk(chunk);
            CHECK(peer.handler.seen == "GET /1 a.example - - | POST /2 a.example - body");
            for (const auto id : {first, second}) {
                CHECK(peer.of(id).body == std::string(5000, 'x'));
                CHECK(peer.of(id).fields.at("x-long") == std::string(3000, 'y'));
                CHECK(peer.of(id).complete);
            }
            CHECK(!peer.lost);
        }
}

TEST_CASE("h2: a hundred at a time, no more") {
    H2Peer peer(10);
    peer.talk();
    std::vector<std::uint32_t> ids;
    for (int i = 0; i < 102; ++i) ids.push_back(peer.ask("POST", "/" + std::to_string(i), {}, false));
    peer.talk();
    CHECK(peer.handler.count == 0);
    for (const auto id : ids) peer.say(id, "x");
    peer.talk();
    int good = 0;
    for (const auto id : ids) good += peer.of(id).status == 200;
    CHECK(good == 102);  // a client that knows the limit waits
    CHECK(!peer.goaway);
}

TEST_CASE("h2: a prebuilt answer, HEAD, 304 and 204") {
    auto made = std::make_shared<Prebuilt>();
    made->bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nETag: \"x\"\r\n\r\n";
    made->head_size = made->bytes.size();
    made->bytes += "abc";
    made->body_size = 3;
    H2Peer peer;
    peer.handler.answer = [&](const Request& request) {
        Response response;
        response.prebuilt = made;
        response.lines = "Strict-Transport-Security: max-age=1\r\n";
        response.fields.emplace_back("X-Mine", "1");
        response.fields.emplace_back("X-Split", "a\r\nSet-Cookie: b");
        if (request.path == "/204") {
            response = Response();
            response.status = 204;
        }
        return response;
    };
    const auto get = peer.ask("GET", "/"), head = peer.ask("HEAD", "/"), none = peer.ask("GET", "/204");
    peer.talk();
    const std::map<std::string, std::string> fields{{"content-length", "3"}, {"content-type", "text/plain"}, {"etag", "\"x\""},
        {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"strict-transport-security", "max-age=1"}, {"x-mine", "1"}};
    CHECK(peer.of(get).fields == fields);
    CHECK(peer.of(get).body == "abc");
    CHECK(peer.of(head).fields == fields);
    CHECK(peer.of(head).body.empty());
    CHECK(peer.of(head).complete);
    CHECK(peer.of(none).status == 204);
    CHECK(peer.of(none).fields.count("content-length") == 0);
    CHECK(peer.of(none).complete);
}

TEST_CASE("h2: crumbs of a cookie are one again") {
    H2Peer peer;
    std::string cookie, other;
    peer.handler.answer = [&](const Request& request) {
        cookie = request.field("Cookie");
        other = request.field("x-other");
        CHECK(request.major == 2);
        return Response();
    };
    peer.ask("GET", "/", {{"cookie", "a=1"}, {"x-other", "y"}, {"cookie", "b=2"}, {"cookie", "c=3"}});
    peer.talk();
    CHECK(cookie == "a=1; b=2; c=3");
    CHECK(other == "y");
}

TEST_CASE("h2: bodies are collected up to what the listener wants") {
    H2Peer peer(1000);
    const auto fits = peer.ask("PUT", "/fits", {{"content-length", "1000"}}, false);
    peer.say(fits, std::string(1000, 'x'));
    const auto told = peer.ask("PUT", "/told", {{"content-length", "1001"}}, false);
    const auto found = peer.ask("PUT", "/found", {}, false);
    peer.say(found, std::string(1001, 'x'));
    const auto waits = peer.ask("PUT", "/waits", {{"expect", "100-continue"}}, false);
    peer.talk();
    CHECK(peer.of(fits).status == 200);
    CHECK(peer.of(told).status == 413);
    CHECK(peer.of(told).reset == 0);  // it need not be sent (RFC 9113 section 8.1)
    CHECK(peer.of(found).status == 413);
    CHECK(peer.of(waits).interim == std::vector<int>{100});
    CHECK(peer.of(waits).status == 0);
    CHECK(peer.session->phase() == Phase::kBody);
    peer.say(waits, "now");
    peer.talk();
    CHECK(peer.of(waits).status == 200);
    CHECK(peer.handler.count == 2);
    CHECK(!peer.goaway);
}

TEST_CASE("h2: a body that nobody wants is dropped, a long one is not waited for") {
    H2Peer peer;
    const auto small = peer.ask("POST", "/small", {}, false), large = peer.ask("POST", "/large", {{"content-length", "70000"}}, false),
               waits = peer.ask("POST", "/waits", {{"expect", "100-continue"}}, false), endless = peer.ask("POST", "/endless", {}, false);
    peer.talk();
    CHECK(peer.of(small).status == 0);
    CHECK(peer.of(large).status == 200);
    CHECK(peer.of(large).reset == 0);
    CHECK(peer.of(waits).status == 200);
    CHECK(peer.of(waits).interim.empty());
    peer.say(small, std::string(60000, 'x'));
    peer.say(endless, std::string(100000, 'x'), false);
    peer.talk();
    CHECK(peer.of(small).status == 200);
    CHECK(peer.of(endless).status == 200);
    CHECK(peer.of(endless).reset == 0);
    CHECK(peer.handler.seen.find("xx") == std::string::npos);
}

TEST_CASE("h2: what makes no request is answered with its status") {
    struct Row {
        std::string name;
        Pairs fields;
        int status;
    };
    const std::string long_path = "/" + std::string(8192, 'x');
    Pairs many = plain("/"), crumbs = plain("/"), crumbled = plain("/");
    for (int i = 0; i < 100; ++i) many.emplace_back("x", "y");
    for (int i = 0; i < 300; ++i) crumbs.emplace_back("cookie", "a=b");
    for (int i = 0; i < 600; ++i) crumbled.emplace_back("cookie", "a=b");
    const Row rows[] = {
        {"host instead of authority", {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "a.example"}}, 200},
        {"both, the same", with(plain("/"), {{"host", "A.example"}}), 200},
        {"both, another", with(plain("/"), {{"host", "b.example"}}), 400},
        {"an authority that is none", {{":method", "GET"}, {":scheme", "https"}, {":authority", "a..example"}, {":path", "/"}}, 400},
        {"another scheme", {{":method", "GET"}, {":scheme", "ftp"}, {":authority", "a.example"}, {":path", "/"}}, 400},
        {"a bad escape", plain("/%zz"), 400},
        {"an encoded NUL", plain("/%00"), 400},
        {"a fragment", plain("/a#b"), 400},
        {"asterisk for OPTIONS", {{":method", "OPTIONS"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "*"}}, 200},
        {"a long path", plain(long_path), 414},
        {"many fields", many, 431},
        {"many crumbs", crumbs, 200},
        {"too many crumbs", crumbled, 431},
        {"long fields", with(plain("/"), {{"x-a", std::string(9000, 'x')}, {"x-b", std::string(9000, 'x')}}), 431},
        {"an unknown expectation", with(plain("/"), {{"expect", "tea"}}), 417},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        H2Peer peer;
        const auto id = peer.ask(row.fields);
        peer.talk();
        CHECK(peer.of(id).status == row.status);
        CHECK(peer.of(id).complete);
        CHECK(peer.handler.count == (row.status == 200 ? 1 : 0));
        CHECK(!peer.goaway);
        const auto next = peer.ask("GET", "/next");
        peer.talk();
        CHECK(peer.of(next).status == 200);  // the connection is fine
    }
}

TEST_CASE("h2: what is malformed is reset, and the next is served (RFC 9113 section 8.1.1)") {
    struct Row {
        std::string name;
        Pairs fields;
    };
    const Row rows[] = {
        {"no host at all", {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}}},
        {"no path", {{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}}},
        {"an empty path", plain("")},
        {"no method", {{":scheme", "https"}, {":authority", "a.example"}, {":path", "/"}}},
        {"no scheme", {{":method", "GET"}, {":authority", "a.example"}, {":path", "/"}}},
        {"two paths", with(plain("/"), {{":path", "/b"}})},
        {"an unknown pseudo-header", {{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "/"}, {":x", "y"}}},
        {"a pseudo-header of answers", {{":method", "GET"}, {":scheme", "https"}, {":status", "200"}, {":path", "/"}}},
        {"a pseudo-header behind a field", {{":method", "GET"}, {":scheme", "https"}, {"x", "y"}, {":path", "/"}, {":authority", "a.example"}}},
        {"connection", with(plain("/"), {{"connection", "close"}})},
        {"transfer-encoding", with(plain("/"), {{"transfer-encoding", "chunked"}})},
        {"keep-alive", with(plain("/"), {{"keep-alive", "1"}})},
        {"upgrade", with(plain("/"), {{"upgrade", "h2c"}})},
        {"te other than trailers", with(plain("/"), {{"te", "gzip"}})},
        {"a line break in a value", with(plain("/"), {{"x", "a\r\nb: c"}})},
        {"a blank in a name", with(plain("/"), {{"x y", "z"}})},
        {"CONNECT with a path", {{":method", "CONNECT"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "/"}}},
        {"an asterisk for GET", plain("*")},
        {"two hosts", {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "a"}, {"host", "a"}}},
        {"an authority with a user", {{":method", "GET"}, {":scheme", "https"}, {":authority", "me@a.example"}, {":path", "/"}}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        H2Peer peer;
        const auto id = peer.ask(row.fields);
        peer.talk();
        CHECK(peer.of(id).reset == 1);  // PROTOCOL_ERROR
        CHECK(peer.of(id).status == 0);
        CHECK(peer.handler.count == 0);
        CHECK(!peer.goaway);
        const auto next = peer.ask("GET", "/next");
        peer.talk();
        CHECK(peer.of(next).status == 200);
        CHECK(peer.session->phase() == Phase::kIdle);
    }
}

TEST_CASE("h2: what no client of nghttp2's sends") {
    H2Peer peer(100);
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, ""));
    peer.raw(frame(kHeaders, 5, 1, head_of(with(plain("/"), {{"X-Upper", "y"}}))));
    REQUIRE(peer.find(kReset, 1) != nullptr);
    CHECK(peer.find(kReset, 1)->code() == 1);
    peer.raw(frame(kHeaders, 4, 3, head_of(with(plain("/"), {{"content-length", "5"}}))) + frame(kData, 1, 3, "four"));
    REQUIRE(peer.find(kReset, 3) != nullptr);
    CHECK(peer.find(kReset, 3)->code() == 1);
    CHECK(peer.handler.count == 0);
    peer.raw(frame(kHeaders, 5, 5, head_of({{":method", "CONNECT"}, {":authority", "a.example:443"}})));
    REQUIRE(peer.find(kHeaders, 5) != nullptr);  // 501
    CHECK(peer.handler.count == 0);
    // trailers end a request and are no part of its head
    peer.raw(frame(kHeaders, 4, 7, head_of(with(plain("/"), {{"te", "trailers"}}))) + frame(kData, 0, 7, "body") +
             frame(kHeaders, 5, 7, head_of({{"x-sum", "1"}})));
    CHECK(peer.handler.seen == "GET / a.example - body");
    CHECK(peer.find(kGoaway) == nullptr);
}

}  // namespace postern::http::test
