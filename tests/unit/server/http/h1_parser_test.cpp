// What the tables of requests cannot say: every part of a Request, and properties over all bytes at all places.
#include "server/http/h1_parser.h"

#include <doctest.h>

#include <string>

#include "server/http/chars.h"

namespace postern::http {
namespace {

using State = HeadResult::State;

struct Parsed {
    explicit Parsed(std::string text) : bytes(std::move(text)) {
        HeadCursor cursor;
        result = parse_head(bytes, cursor, scratch);
    }

    std::string bytes;
    RequestScratch scratch;
    HeadResult result;
};

const std::string kHead =
    "GET /a/%62?q=1&r HTTP/1.1\r\nHost: Example.org:8080\r\nAccept: */*\r\nX-Empty:\r\naccept: text/html\r\n\r\n";

}  // namespace

TEST_CASE("every part of a request") {
    const Parsed parsed(kHead + "what follows");
    REQUIRE(parsed.result.state == State::kComplete);
    CHECK(parsed.result.size == kHead.size());
    const Request& request = parsed.scratch.request;
    CHECK(request.method == Method::kGet);
    CHECK(request.method_text == "GET");
    CHECK(request.target == "/a/%62?q=1&r");
    CHECK(request.raw_path == "/a/%62");
    CHECK(request.path == "/a/b");
    CHECK(request.query == "q=1&r");
    CHECK(request.has_query);
    CHECK(!request.encoded_slash);
    CHECK(request.host == "example.org");
    CHECK(request.host_port == 8080);
    CHECK(request.minor == 1);
    CHECK(request.fields.size() == 4);
    CHECK(request.field("ACCEPT") == "*/*");  // the first of them
    CHECK(request.field("x-empty").empty());
    CHECK(request.field("accep").empty());
    CHECK(request.fields[3].name == "accept");
    CHECK(request.fields[3].value == "text/html");
}

TEST_CASE("nothing of an earlier request is left in the scratch") {
    RequestScratch scratch;
    auto parse = [&scratch](std::string_view bytes) {
        HeadCursor cursor;
        REQUIRE(parse_head(bytes, cursor, scratch).state == State::kComplete);
    };
    parse("POST http://b:81/%2F?x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
          "Expect: 100-continue\r\n\r\n");
    CHECK(scratch.request.encoded_slash);
    CHECK(scratch.framing.body == Framing::Body::kChunked);
    CHECK(!scratch.framing.keep_alive);
    CHECK(scratch.framing.expects_continue);
    CHECK(scratch.request.host_port == 81);
    CHECK(scratch.request.raw_path == "/%2F");
    parse("OPTIONS * HTTP/1.0\r\n\r\n");
    const Request& request = scratch.request;
    CHECK(request.method == Method::kOptions);
    CHECK(request.path == "*");
    CHECK(!request.encoded_slash);
    CHECK(!request.has_query);
    CHECK(request.query.empty());
    CHECK(request.host.empty());
    CHECK(request.host_port == 0);
    CHECK(request.minor == 0);
    CHECK(request.fields.empty());
    CHECK(scratch.framing.body == Framing::Body::kNone);
    CHECK(!scratch.framing.expects_continue);
}

TEST_CASE("methods") {
    for (const auto& [text, method] : std::initializer_list<std::pair<const char*, Method>>{
             {"GET", Method::kGet}, {"HEAD", Method::kHead}, {"POST", Method::kPost}, {"PUT", Method::kPut},
             {"DELETE", Method::kDelete}, {"OPTIONS", Method::kOptions}, {"PATCH", Method::kPatch},
             {"TRACE", Method::kTrace}, {"Get", Method::kOther}, {"GETS", Method::kOther}, {"PROPFIND", Method::kOther}}) {
        const Parsed parsed(std::string(text) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(parsed.result.state == State::kComplete);
        CHECK(parsed.scratch.request.method == method);
    }
}

TEST_CASE("a control character at any place is refused, or is the CR LF that stood there") {
    for (std::size_t at = 0; at < kHead.size(); ++at) {
        for (int c = 0; c < 256; ++c) {
            const char byte = static_cast<char>(c);
            if (!is_control(byte) || kHead[at] == byte) continue;
            std::string bytes = kHead;
            bytes[at] = byte;
            const Parsed parsed(bytes);
            CAPTURE(at);
            CAPTURE(c);
            // A tab is a blank around and in a value; there it may stand.
            const bool tab_in_value = byte == '\t' && parsed.result.state == State::kComplete;
            if (tab_in_value) CHECK(bytes.find(':') < at);
            else CHECK(parsed.result.state == State::kBad);
        }
    }
}

TEST_CASE("any one byte changed: complete, partial or bad, and cut into pieces the same") {
    for (std::size_t at = 0; at < kHead.size(); ++at) {
        for (int c = 1; c < 256; c += 3) {
            std::string bytes = kHead;
            bytes[at] = static_cast<char>(bytes[at] ^ c);
            const Parsed whole(bytes);
            RequestScratch scratch;
            HeadCursor cursor;
            HeadResult pieces;
            for (std::size_t size = 1; size <= bytes.size() && pieces.state == State::kPartial; ++size) {
                pieces = parse_head(std::string_view(bytes).substr(0, size), cursor, scratch);
            }
            CHECK(pieces.state == whole.result.state);
            CHECK(pieces.status == whole.result.status);
            CHECK(pieces.size == whole.result.size);
        }
    }
}

TEST_CASE("every prefix of a good head is partial, and the cursor never goes back") {
    RequestScratch scratch;
    HeadCursor cursor;
    std::uint32_t before = 0;
    for (std::size_t size = 1; size < kHead.size(); ++size) {
        CHECK(parse_head(std::string_view(kHead).substr(0, size), cursor, scratch).state == State::kPartial);
        CHECK(cursor.at >= before);
        CHECK(cursor.at + 1 >= size);  // all but a CR that waits for its LF has been looked at
        before = cursor.at;
    }
    CHECK(parse_head(kHead, cursor, scratch).state == State::kComplete);
}

TEST_CASE("word-wide scans agree with looking at each byte") {
    std::string text(40, 'a');
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (int c = 0; c < 256; ++c) {
            text[at] = static_cast<char>(c);
            for (std::size_t from = 0; from < 10; ++from) {
                const bool control = c < 0x20 || c == 0x7f;
                CHECK(find_control(text, from, false) == (control && at >= from ? at : text.size()));
                CHECK(find_control(text, from, true) == ((control || c > 0x7e) && at >= from ? at : text.size()));
            }
        }
        text[at] = 'a';
    }
}

}  // namespace postern::http
