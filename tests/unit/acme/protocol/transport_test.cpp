// The real transport against a server on the loopback: what is sent, what is taken for an answer, whom it trusts, when it
// stops waiting.
#include <doctest.h>

#include "acme/protocol/dial.h"
#include "acme/protocol/trust.h"
#include "tests/unit/acme/protocol/transport_world.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Manner = HttpsServer::Manner;
bool has(const std::string& text, std::string_view piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_CASE("requests arrive as they were meant, over one connection") {
    Wire wire({{{answer_of("{}", "Content-Type: application/json\r\nReplay-Nonce: abc\r\nLink: <a>;rel=x\r\nLink: <b>;rel=y\r\n"),
                 "HTTP/1.1 200 OK\r\nReplay-Nonce: def\r\nContent-Length: 5\r\n\r\n",
                 "HTTP/1.1 429 Slow Down\r\nContent-Length: 4\r\nRetry-After: 7\r\n\r\nwait"}}});
    const auto first = wire.get("/dir?x=1");
    REQUIRE_MESSAGE(first.ok(), first.error().text());
    CHECK(first->status == 200);
    CHECK(first->body == "{}");
    CHECK(first->field("replay-nonce") == "abc");
    CHECK(first->all("Link").size() == 2);
    const auto head = wire.transport->exchange({HttpRequest::Method::kHead, wire.server.url("/nonce"), {}, {}});
    REQUIRE_MESSAGE(head.ok(), head.error().text());
    CHECK(head->field("Replay-Nonce") == "def");
    CHECK(head->body.empty());
    const auto post = wire.transport->exchange({HttpRequest::Method::kPost, wire.server.url("/order"), "application/jose+json", "{\"a\":1}"});
    REQUIRE_MESSAGE(post.ok(), post.error().text());
    CHECK(post->status == 429);
    CHECK(post->body == "wait");
    const HttpsServer& server = wire.over();
    CHECK(server.connections == 1);
    REQUIRE(server.heard.size() == 3);
    CHECK(server.heard[0].rfind("GET /dir?x=1 HTTP/1.1\r\n", 0) == 0);
    CHECK(has(server.heard[0], "\r\nHost: localhost:" + std::to_string(server.port) + "\r\n"));
    CHECK(has(server.heard[0], "\r\nUser-Agent: postern/test cpp-httplib/"));  // RFC 8555 section 6.1
    CHECK(has(server.heard[0], "\r\nAccept-Encoding: identity\r\n"));
    CHECK(server.heard[1].rfind("HEAD /nonce HTTP/1.1\r\n", 0) == 0);
    CHECK(server.heard[2].rfind("POST /order HTTP/1.1\r\n", 0) == 0);
    CHECK(has(server.heard[2], "\r\nContent-Type: application/jose+json\r\n"));
    CHECK(has(server.heard[2], "\r\n\r\n{\"a\":1}"));
    CHECK_FALSE(has(server.heard[2], "Expect:"));
}

TEST_CASE("what is left out or comes before is no fault: a reason, a 100, a length, a body") {
    Wire wire({{{"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 100 Continue\r\n\r\n" + answer_of("b"),
                 "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n",
                 "HTTP/1.1 200 OK\r\nConnection: Close\r\n\r\nd"}},
               {{"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\ne"}},
               {{answer_of("f")}}});
    for (const char* body : {"a", "b", "", "c", "d", "e", "f"}) {
        CAPTURE(body);
        const auto reply = wire.get("/dir?b=%61&a=1+2&a");
        REQUIRE_MESSAGE(reply.ok(), reply.error().text());
        CHECK(reply->body == body);
    }
    const HttpsServer& server = wire.over();
    CHECK(server.connections == 3);
    CHECK(has(server.heard.at(0), "GET /dir?b=%61&a=1+2&a HTTP/1.1\r\n"));  // as it was given: that is what was signed
}

TEST_CASE("a kept connection that the CA has closed is made anew, once") {
    for (const Manner manner : {Manner::kTls, Manner::kCut}) {
        Wire wire({{{answer_of("one")}, manner}, {{answer_of("two")}}});
        REQUIRE(wire.get().ok());
        const auto second = wire.get();
        REQUIRE_MESSAGE(second.ok(), second.error().text());
        CHECK(second->body == "two");
        CHECK_FALSE(wire.get().ok());  // the third visit is closed at once
        CHECK(wire.over().connections >= 3);
    }
}

TEST_CASE("what is taken for no answer") {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const struct {
        std::string answer;
        const char* words;
    } rows[] = {
        {ok + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx", "encoded as gzip"},
        {ok + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nxx\r\n0\r\n\r\n", "told twice"},
        {"HTTP/1.1 103 Early Hints\r\n\r\n" + answer_of("x"), "interim"},
        {answer_of(std::string(2001, 'x')), "larger than 2000 bytes"},
        {ok + "Transfer-Encoding: chunked\r\n\r\n" + "800\r\n" + std::string(0x800, 'x') + "\r\n0\r\n\r\n", "larger than 2000 bytes"},
        {ok + "X: " + std::string(200000, 'x') + "\r\n\r\n", ""},
        {std::string(4000, 'x'), "no HTTP"},
        {"SSH-2.0-OpenSSH\r\n\r\n", "no HTTP"},
        {"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", "no HTTP"},
        {"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", "no HTTP"},
        {"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n", "no HTTP"},
        {"HTTP/1.1 -20 OK\r\nContent-Length: 0\r\n\r\n", "no HTTP"},
        {"HTTP/1.1 ", "no HTTP"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 " + std::string(30000, 'x') + "\r\n\r\n", "no HTTP"},  // std::regex would fall off the stack
        {ok + "Content-Length: 99999999999999999999999999\r\n\r\nxx", "broke off or is no HTTP"},
        {ok + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffffffff\r\nxx", "broke off or is no HTTP"},
        {ok + "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nxx", "broke off or is no HTTP"},
        {ok + "X: %u\r\nY: %u12\r\nZ: %\r\n: none\r\n\r\n", "broke off or is no HTTP"},
        {ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nxx", "broke off or is no HTTP"},
        {"", "broke off or is no HTTP"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.words);
        TransportOptions options;
        options.body_limit = 2000;
        Wire wire({{{row.answer}}}, lab_leaf(), lab_ca(), options);
        const auto reply = wire.get();
        REQUIRE_FALSE(reply.ok());
        CHECK(reply.error().kind() == ErrorKind::kRetry);
        CHECK(has(reply.error().text(), row.words));
        CHECK(wire.transport->fault().reached);
    }
}

TEST_CASE("whom it trusts: chain, name and dates, each with its own words") {
    static const fakes::TestCa stranger("Stranger");
    fakes::LeafSpec expired = lab_leaf(), later = lab_leaf();
    const WallTime now = fakes::FakeClock().wall();
    expired.not_after = now - Seconds(5);
    later.not_before = now + Seconds(3000);
    const struct {
        fakes::LeafSpec leaf;
        const fakes::TestCa& trusted;
        const char *type, *words;
    } rows[] = {
        {lab_leaf(), stranger, "trust", "is refused"},
        {lab_leaf("other.example"), lab_ca(), "trust", "is refused"},
        {expired, lab_ca(), "trust", "it has expired, or the clock here is wrong"},
        {later, lab_ca(), "clock", "not valid yet; the clock here may be wrong"},
        {later, stranger, "trust", "is refused"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.words);
        Wire wire({{{answer_of("x")}}}, row.leaf, row.trusted);
        const auto reply = wire.get();
        REQUIRE_FALSE(reply.ok());
        CHECK(reply.error().kind() == ErrorKind::kAdmin);
        CHECK(wire.transport->fault().type == row.type);
        CHECK(has(reply.error().text(), row.words));
        CHECK(has(reply.error().text(), "localhost"));
        CHECK(wire.over().heard.empty());
    }
}

TEST_CASE("the Date of an answer is vouched for by a chain that is valid then, whatever the clock here says") {
    const std::string then = answer_of("x", "Date: Sat, 21 Nov 2026 00:00:07 GMT\r\n");
    const std::string never = answer_of("x", "Date: Sat, 21 Nov 2037 00:00:07 GMT\r\n");
    Wire wire({{{then, never, answer_of("x"), then}}, {{then}}});
    CHECK_FALSE(wire.transport->vouched_date().has_value());
    wire.transport->judge_dates_by(nullptr);
    REQUIRE(wire.get().ok());
    CHECK(wire.transport->vouched_date() == WallTime(Seconds(1795219207)));
    REQUIRE(wire.get().ok());
    CHECK_FALSE(wire.transport->vouched_date().has_value());
    REQUIRE(wire.get().ok());
    CHECK_FALSE(wire.transport->vouched_date().has_value());
    wire.clock.set_wall(WallTime(Seconds(1000)));
    wire.transport->judge_dates_by(&wire.clock);  // from the next connection on
    CHECK_FALSE(wire.get().ok());
    CHECK(wire.transport->fault().type == "clock");
}

TEST_CASE("no TLS, no words, no end: told as what it is, and not waited for") {
    TransportOptions hasty;
    hasty.total_time = Millis(300);
    const struct {
        HttpsServer::Visit visit;
        const char* words;
    } rows[] = {
        {{{"HTTP/1.1 400 Bad Request\r\n\r\nthis is no TLS"}, Manner::kPlain}, "TLS with localhost"},
        {{{}, Manner::kHangUp}, "ended the connection"},
        {{{}, Manner::kSilent}, "TLS with localhost"},
        {{{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "second"}}, "localhost: "},
    };
    for (const auto& row : rows) {
        CAPTURE(row.words);
        Wire wire({row.visit}, lab_leaf(), lab_ca(), hasty);
        const auto reply = wire.get();
        REQUIRE_FALSE(reply.ok());
        CHECK(reply.error().kind() == ErrorKind::kRetry);
        CHECK(wire.transport->fault().type == "transport");
        CHECK(wire.transport->fault().reached);
        CHECK(has(reply.error().text(), row.words));
    }
}

TEST_CASE("called off: the exchange under way ends, and all later ones fail") {
    Wire wire({{{}, Manner::kSilent}});
    std::thread caller([&] { wire.transport->cancel(); });
    CHECK_FALSE(wire.get().ok());
    caller.join();
    const auto later = wire.get();
    REQUIRE_FALSE(later.ok());
    CHECK(later.error().kind() == ErrorKind::kRetry);
}

TEST_CASE("anchors that cannot be read are the administrator's to mend") {
    for (const char* text : {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
        const PemFile file(text);
        const auto transport = make_httplib_transport({file.path, 1000, Millis(1000), ""});
        const auto reply = transport->exchange({HttpRequest::Method::kGet, "https://ca.example/", {}, {}});
        REQUIRE_FALSE(reply.ok());
        CHECK(reply.error().kind() == ErrorKind::kAdmin);
        CHECK(transport->fault().type == "ca_file");
        CHECK(has(reply.error().text(), file.path));
        CHECK_FALSE(transport->fault().reached);
    }
    const auto transport = make_httplib_transport({});
    CHECK_FALSE(transport->exchange({HttpRequest::Method::kGet, "http://ca.example/", {}, {}}).ok());
    CHECK(transport->fault().type == "url");
}

TEST_CASE("anchors: a file alone for the CA, a file beside the machine's own for visitors") {
    const std::string block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const PemFile file(block), none("nothing");
    const auto alone = read_anchors(file.path);
    REQUIRE(alone.ok());
    CHECK(alone->blocks == std::vector<std::string>{block});
    CHECK(alone->source == file.path);
    const auto own = read_anchors("");
    REQUIRE_MESSAGE(own.ok(), own.error().text());  // the package ca-certificates is there, or nothing here was fetched
    CHECK(own->blocks.size() > 50);
    const Anchors both = visitors_anchors(file.path);
    CHECK(both.blocks.size() == own->blocks.size() + 1);
    CHECK(both.source == own->source + " and " + file.path);
    CHECK(visitors_anchors("").blocks.size() == own->blocks.size());
    CHECK(visitors_anchors(none.path).source == own->source);
}

TEST_CASE("addresses of a host: numbers as they are, localhost without asking anybody, nothing for what is no name") {
    const SystemClock clock;
    Cancel cancel;
    const Deadline soon{clock.steady() + Millis(5000), clock, cancel};
    const auto local = look_up("localhost", 443, soon);
    REQUIRE(local.ok());
    REQUIRE(local->size() == 2);
    CHECK((*local)[0].text == "[::1]");
    CHECK((*local)[1].text == "127.0.0.1");
    CHECK(look_up("pebble.localhost", 443, soon)->size() == 2);
    CHECK(look_up("192.0.2.1", 443, soon)->front().text == "192.0.2.1");
    CHECK(look_up("2001:db8::1", 443, soon)->front().text == "[2001:db8::1]");
    const auto none = look_up(std::string(80, 'a') + ".example", 443, soon);  // a label is 63 characters at most
    REQUIRE_FALSE(none.ok());
    CHECK(none.error().kind() == ErrorKind::kRetry);
    CHECK(has(none.error().text(), "looking up aaaa"));
    cancel.now();
    CHECK_FALSE(dial("localhost", 1, soon).ok());
    CHECK_FALSE(look_up("192.0.2.1", 443, Deadline{clock.steady(), clock, cancel}).ok());
}
