#include <doctest.h>

#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

constexpr std::string_view kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kDate = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

std::string ok(std::string_view connection = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + std::string(kDate) + std::string(connection) + "\r\nok";
}

// "abcabc..." without holding it.
class Pattern final : public BodySource {
public:
    Pattern(std::uint64_t length, std::uint64_t real) : length_(length), real_(real) {}
    std::uint64_t length() const override { return length_; }
    std::size_t read(char* into, std::size_t room) override {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(room, real_ - at_));
        for (std::size_t i = 0; i < n; ++i) into[i] = static_cast<char>('a' + (at_ + i) % 3);
        at_ += n;
        return n;
    }

private:
    std::uint64_t length_, real_, at_ = 0;
};

std::string post(std::string_view fields, std::string_view body = "") {
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("a request and its answer, byte for byte") {
    Wire wire;
    wire.send(kGet);
    CHECK(wire.take() == ok());
    CHECK(wire.session->phase() == Phase::kIdle);
    wire.send(kGet);
    CHECK(wire.take() == ok());
}

TEST_CASE("who closes and who stays") {
    struct Case {
        const char *version, *connection, *said;
        bool closes;
    };
    for (const Case& c : {Case{"1.1", "", "", false}, Case{"1.1", "close", "Connection: close\r\n", true},
                          Case{"1.1", "keep-alive, CLOSE", "Connection: close\r\n", true},
                          Case{"1.0", "", "Connection: close\r\n", true},
                          Case{"1.0", "Keep-Alive", "Connection: keep-alive\r\n", false},
                          Case{"1.0", "keep-alive, close", "Connection: close\r\n", true}}) {
        CAPTURE(c.connection);
        Wire wire;
        const std::string fields = *c.connection ? "Connection: " + std::string(c.connection) + "\r\n" : "";
        wire.send("GET / HTTP/" + std::string(c.version) + "\r\nHost: a\r\n" + fields + "\r\n");
        CHECK(wire.sent == ok(c.said));
        CHECK((wire.session->phase() == Phase::kClosing) == c.closes);
    }
}

TEST_CASE("after so many requests the connection ends") {
    Wire wire;
    for (std::size_t i = 1; i < limits::kRequestsPerConnection; ++i) wire.once(kGet);
    CHECK(wire.take().find("Connection: close") == std::string::npos);
    wire.once(kGet);
    CHECK(wire.take() == ok("Connection: close\r\n"));
    CHECK(wire.session->phase() == Phase::kClosing);
}

TEST_CASE("a pipeline stops where the output is full and goes on from there") {
    std::string many;
    for (int i = 0; i < 100; ++i) many += kGet;
    std::string all;
    for (int i = 0; i < 100; ++i) all += ok();
    Wire wire(0, 1000);
    // One round fills the window and leaves the rest with the caller.
    const std::size_t taken = wire.once(many);
    CHECK(taken < many.size());
    CHECK(wire.handler.count < 20);
    wire.send(std::string_view(many).substr(taken));
    CHECK(wire.sent == all);
    CHECK(wire.handler.count == 100);
}

TEST_CASE("HEAD, 204 and 304 have no body, and announce what they may") {
    Wire wire;
    wire.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(wire.take() == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + std::string(kDate) + "\r\n");
    auto answer = [&wire](std::uint16_t status, bool announce) {
        wire.handler.answer = [=](const Request&) {
            Response response;
            response.status = status;
            response.body = "must not be sent";
            response.announce = announce;
            response.announced_length = 7;
            return response;
        };
        wire.send(kGet);
        return wire.take();
    };
    CHECK(answer(204, false) == "HTTP/1.1 204 No Content\r\n" + std::string(kDate) + "\r\n");
    CHECK(answer(304, false) == "HTTP/1.1 304 Not Modified\r\n" + std::string(kDate) + "\r\n");
    CHECK(answer(304, true) == "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n" + std::string(kDate) + "\r\n");
}

TEST_CASE("HEAD that is refused has no body either, in whatever pieces it comes") {
    for (const char* bad : {"HEAD /%zz HTTP/1.1\r\n", "\r\nHEAD /%zz HTTP/1.1\r\n", "HEAD / HTTP/1.1\r\n\r\n", "HEAD * HTTP/1.1\r\n"}) {
        for (const std::size_t piece : {std::string_view::npos, std::size_t{1}}) {
            CAPTURE(bad);
            Wire wire;
            wire.send(bad, piece);
            CHECK(wire.sent.substr(0, 13) == "HTTP/1.1 400 ");
            CHECK(wire.sent.find("\r\n\r\n") == wire.sent.size() - 4);
        }
    }
    Wire wire;
    wire.send("HEADS /%zz HTTP/1.1\r\n");
    CHECK(wire.sent.find("\r\n\r\n") < wire.sent.size() - 4);
}

TEST_CASE("a large body passes through any window; a source that fails ends the connection short") {
    for (const std::size_t room : {std::size_t{1}, std::size_t{61}, std::size_t{4096}, std::size_t{1} << 20}) {
        CAPTURE(room);
        Wire wire(0, room);
        wire.handler.answer = [](const Request&) {
            Response response;
            response.source = std::make_unique<Pattern>(5000, 9999);  // grew meanwhile: no more than promised is sent
            return response;
        };
        wire.send(kGet);
        CHECK(wire.sent.find("\r\nContent-Length: 5000\r\n") != std::string::npos);
        CHECK(wire.sent.size() - wire.sent.find("\r\n\r\n") - 4 == 5000);
        CHECK(wire.session->phase() == Phase::kIdle);
        wire.handler.answer = [](const Request&) {
            Response response;
            response.source = std::make_unique<Pattern>(5000, 3000);
            return response;
        };
        wire.take();
        wire.send(kGet);
        CHECK(wire.sent.size() - wire.sent.find("\r\n\r\n") - 4 == 3000);
        CHECK(wire.session->phase() == Phase::kClosing);
    }
}

TEST_CASE("prebuilt answers: fields of the handler and Connection go before the blank line") {
    Wire wire(0, 64);
    auto made = std::make_shared<Prebuilt>();
    made->bytes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    made->head_size = made->bytes.size() - 3;
    made->body_size = 3;
    wire.handler.answer = [made](const Request&) {
        Response response;
        response.prebuilt = made;
        response.fields.emplace_back("X-Own", "1");
        response.close = true;
        return response;
    };
    wire.send(kGet);
    CHECK(wire.sent == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Own: 1\r\n" + std::string(kDate) +
                           "Connection: close\r\n\r\nabc");
}

TEST_CASE("what of an answer lies in memory may be sent from there, mixed with what is produced") {
    const std::string body(100000, 'm');
    for (const bool owned : {false, true}) {
        Wire wire(0, 1000);
        wire.handler.answer = [&](const Request&) {
            Response response;
            if (owned) response.body = body;
            else response.static_body = body;
            return response;
        };
        CHECK(wire.session->rest().empty());
        wire.once(kGet);
        std::size_t left = wire.session->rest().size();
        wire.sent.clear();
        CHECK(left > 90000);
        CHECK(wire.session->rest() == body.substr(0, left));
        wire.session->took(50000);
        CHECK(wire.session->rest().size() == left - 50000);
        CHECK(wire.session->phase() == Phase::kWriting);
        char window[1000];
        Output out(window, sizeof window);
        CHECK_FALSE(wire.session->produce(out));
        CHECK(wire.session->rest().size() == left - 51000);
        wire.session->took(wire.session->rest().size());
        CHECK(wire.session->rest().empty());
        CHECK(wire.session->phase() == Phase::kIdle);
        wire.handler.answer = nullptr;
        wire.send(kGet);
        CHECK(wire.take() == ok());
    }
    Wire narrow(0, 10);  // the head first
    narrow.handler.answer = [&](const Request&) {
        Response response;
        response.static_body = body;
        return response;
    };
    char window[10];
    Output out(window, sizeof window);
    narrow.session->feed(kGet, narrow.handler, narrow.context, out);
    CHECK(narrow.session->rest().empty());
    CHECK(narrow.session->phase() == Phase::kWriting);
    Wire source(0, 1000);  // what is read as it is sent is not in memory
    source.handler.answer = [](const Request&) {
        Response response;
        response.source = std::make_unique<Pattern>(5000, 5000);
        return response;
    };
    source.once(kGet);
    CHECK(source.session->rest().empty());
    CHECK(source.session->phase() == Phase::kWriting);
}

TEST_CASE("a field value that would split the response is left out") {
    Wire wire;
    wire.handler.answer = [](const Request&) {
        Response response;
        response.fields.emplace_back("X-Bad", "a\r\nSet-Cookie: b");
        response.fields.emplace_back("X-Good", "c");
        return response;
    };
    wire.send(kGet);
    CHECK(wire.sent == "HTTP/1.1 200 OK\r\nX-Good: c\r\nContent-Length: 0\r\n" + std::string(kDate) + "\r\n");
}

TEST_CASE("bodies that nobody wants are dropped up to a limit, then the answer is the last") {
    const std::string largest(limits::kDrainBody, 'b');
    for (const std::size_t chunk : {std::string_view::npos, std::size_t{1000}}) {
        Wire wire;
        wire.send(post("Content-Length: 65536\r\n", largest) + std::string(kGet), chunk);
        CHECK(wire.handler.seen == "POST /x a - - | GET /x a - -");
        CHECK(wire.sent == ok() + ok());
    }
    Wire wire;
    wire.send(post("Content-Length: 65537\r\n") + std::string(kGet));
    CHECK(wire.handler.count == 1);
    CHECK(wire.sent == ok("Connection: close\r\n"));
    CHECK(wire.session->phase() == Phase::kClosing);
    Wire chunked;
    chunked.send(post("Transfer-Encoding: chunked\r\n", "10001\r\n" + largest + "b\r\n0\r\n\r\n"), 5000);
    CHECK(chunked.handler.count == 1);
    CHECK(chunked.sent == ok("Connection: close\r\n"));
}

TEST_CASE("bodies that are wanted: complete before the handler sees them, 413 above the limit") {
    auto run = [](const std::string& bytes) {
        Wire wire(10);
        wire.send(bytes, 3);
        return std::pair(wire.handler.seen, wire.sent.substr(9, 3));
    };
    CHECK(run(post("Content-Length: 10\r\n", "0123456789")) == std::pair<std::string, std::string>("POST /x a - 0123456789", "200"));
    CHECK(run(post("Content-Length: 11\r\n", "0123456789x")) == std::pair<std::string, std::string>("", "413"));
    CHECK(run(post("Content-Length: 18446744073709551615\r\n")) == std::pair<std::string, std::string>("", "413"));
    CHECK(run(post("Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n0\r\n\r\n")).second == "200");
    CHECK(run(post("Transfer-Encoding: chunked\r\n", "a\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n")).second == "413");
    // Chunks of impossible size are not waited for.
    CHECK(run(post("Transfer-Encoding: chunked\r\n", "fffffffffffffff\r\n0123456789x")).second == "413");
}

TEST_CASE("a listener says what is answered to what the session refuses, and is told the path as far as it is known") {
    static std::string told;
    const auto run = [](const std::string& bytes, std::size_t chunk) {
        told.clear();
        Wire wire(10);
        wire.session = make_h1_session(wire.scratch, 10, [](std::uint16_t status, std::string_view path) {
            told += std::to_string(status) + " " + std::string(path);
            Response response;
            response.status = status;
            response.body = "{}";
            return response;
        });
        wire.send(bytes, chunk);
        if (wire.session->phase() != Phase::kClosing) wire.time_out();
        CHECK(wire.sent.find("\r\nConnection: close\r\n") != std::string::npos);
        CHECK(wire.sent.substr(wire.sent.size() - 2) == "{}");
        return told;
    };
    for (const std::size_t chunk : {std::string_view::npos, std::size_t{7}}) {
        CAPTURE(chunk);
        const std::string path = "/a/../api/%78?y", begin = "PUT " + path + " HTTP/1.1\r\nHost: a\r\n";
        CHECK(run(begin + "Content-Length: 11\r\n\r\n0123456789x", chunk) == "413 /api/x");  // as a handler sees it
        CHECK(run(begin + "Transfer-Encoding: chunked\r\n\r\nno", chunk) == "400 /api/x");
        CHECK(run(begin + "Content-Length: 3\r\n\r\nab", chunk) == "408 /a/../api/%78");  // as sent
        CHECK(run(begin + "Expect: rain\r\n\r\n", chunk) == "417 /a/../api/%78");
        CHECK(run(begin + "X: " + std::string(limits::kRequestHead, 'x') + "\r\n\r\n", chunk).substr(0, 20) == "431 /a/../api/%78");
        CHECK(run("GET /api/x HTTP/3.1\r\n", chunk) == "505 /api/x");
        CHECK(run("CONNECT a:1 HTTP/1.1\r\n", chunk) == "501 a:1");
    }
    CHECK(run("GET /api/" + std::string(limits::kRequestLine, 'x'), 4096).substr(0, 12) == "414 /api/xxx");
    CHECK(run("GET /api/x", 3) == "408 /api/x");
    CHECK(run("GET", 3) == "408 ");
    CHECK(run("\x16\x03\x01", 3) == "400 ");
}

TEST_CASE("Expect: 100-continue is answered when a body is awaited, and only then") {
    const std::string head = post("Content-Length: 3\r\nExpect: 100-continue\r\n");
    const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    for (const std::size_t room : {std::size_t{65536}, std::size_t{1}}) {
        Wire wire(10, room);
        wire.send(head);
        CHECK(wire.take() == go_on);
        CHECK(wire.session->phase() == Phase::kBody);
        wire.send("abc");
        CHECK(wire.take() == ok());
        CHECK(wire.handler.seen == "POST /x a - abc");
        wire.send(head + "abc");  // it did not wait
        CHECK(wire.take() == ok());
    }
    Wire unwanted;
    unwanted.send(head);
    CHECK(unwanted.sent == ok("Connection: close\r\n"));
    Wire too_much(2);
    too_much.send(head);
    CHECK(too_much.sent.substr(0, 13) == "HTTP/1.1 413 ");
    Wire none(10);
    none.send("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
    CHECK(none.sent == ok());
}

TEST_CASE("time-outs: 408 for what is half there, nothing between requests") {
    Wire idle;
    idle.time_out();
    CHECK(idle.sent.empty());
    CHECK(idle.session->phase() == Phase::kClosing);
    Wire empty_line;
    empty_line.send("\r\n");
    CHECK(empty_line.session->phase() == Phase::kIdle);
    empty_line.time_out();
    CHECK(empty_line.sent.empty());
    for (const std::string& part : {std::string("G"), std::string(kGet.substr(0, 20)), post("Content-Length: 3\r\n", "ab")}) {
        Wire wire(10);
        wire.send(part);
        const Phase before = wire.session->phase();
        CHECK((before == Phase::kHead || before == Phase::kBody));
        wire.time_out();
        CHECK(wire.sent.substr(0, 13) == "HTTP/1.1 408 ");
        CHECK(wire.session->phase() == Phase::kClosing);
        wire.time_out();
        CHECK(count_of(wire.sent, "HTTP/1.1 ") == 1);
    }
}

TEST_CASE("drain: an idle connection closes, a half request is still answered") {
    Wire idle;
    idle.send(kGet);
    idle.session->no_more_requests();
    CHECK(idle.session->phase() == Phase::kClosing);
    Wire half;
    half.send(kGet.substr(0, 10));
    half.session->no_more_requests();
    CHECK(half.session->phase() == Phase::kHead);
    half.send(kGet.substr(10));
    CHECK(half.sent == ok("Connection: close\r\n"));
    CHECK(half.session->phase() == Phase::kClosing);
}

TEST_CASE("sessions of a loop share a scratch and do not disturb each other") {
    RequestScratch scratch;
    Recorder handler;
    Context context;
    std::string window(4096, '\0');
    auto a = make_h1_session(scratch, 100), b = make_h1_session(scratch, 100);
    auto feed = [&](Session& session, std::string_view bytes) {
        Output out(window.data(), window.size());
        session.feed(bytes, handler, context, out);
    };
    feed(*a, "POST /a HTTP/1.1\r\nHost: one\r\nContent-Length: 3\r\n\r\nx");
    feed(*b, "GET /b?q HTTP/1.1\r\nHo");
    feed(*a, "y");
    feed(*b, "st: two\r\n\r\n");
    feed(*a, "z");
    CHECK(handler.seen == "GET /b two q - | POST /a one - xyz");
}

}  // namespace postern::http::test
