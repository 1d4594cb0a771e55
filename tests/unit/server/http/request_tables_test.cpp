// Every row of tests/tables, whole, in chunks of one byte, in odd chunks, and after a good request.
#include <doctest.h>

#include "tests/unit/server/http/tables.h"
#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

constexpr std::size_t kBodyLimit = 4096;
constexpr std::string_view kGood = "GET /good HTTP/1.1\r\nHost: a\r\n\r\n";

std::string answered(std::string_view bytes, std::size_t chunk, std::size_t room) {
    Wire wire(kBodyLimit, room);
    wire.send(bytes, chunk);
    CHECK(wire.handler.count == 0);
    CHECK(wire.session->phase() == Phase::kClosing);
    // Whatever comes after a refusal is not listened to.
    CHECK(wire.once(kGood) == 0);
    wire.session->no_more_requests();
    wire.time_out();
    return wire.take();
}

}  // namespace

TEST_CASE("every bad request gets one answer of its status, then the end") {
    const auto rows = read_table("bad_requests.txt");
    REQUIRE(rows.size() > 180);
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const std::string whole = answered(row.bytes, std::string_view::npos, 65536);
        CHECK(whole.substr(0, 13) == "HTTP/1.1 " + row.expected + " ");
        CHECK(count_of(whole, "HTTP/1.1 ") == 1);
        CHECK(count_of(whole, "\r\nConnection: close\r\n") == 1);
        CHECK(count_of(whole, "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n") == 1);
        CHECK(answered(row.bytes, 1, 65536) == whole);
        CHECK(answered(row.bytes, 7, 65536) == whole);
        CHECK(answered(row.bytes, 1, 1) == whole);
    }
}

TEST_CASE("a bad request after a good one in the same bytes changes neither answer") {
    for (const Row& row : read_table("bad_requests.txt")) {
        if (row.bytes.substr(0, 2) == "\r\n") continue;  // then the empty line before it is one too many
        CAPTURE(row.name);
        for (const std::size_t chunk : {std::string_view::npos, std::size_t{1}}) {
            Wire wire(kBodyLimit);
            wire.send(std::string(kGood) + row.bytes, chunk);
            CHECK(wire.handler.seen == "GET /good a - -");
            CHECK(count_of(wire.sent, "HTTP/1.1 ") == 2);
            CHECK(wire.sent.find("HTTP/1.1 " + row.expected + " ") != std::string::npos);
        }
    }
}

TEST_CASE("a bad head is refused as soon as it can be known") {
    // At once, not after a time-out: nothing that follows could mend these.
    for (const char* head : {"\x16", " ", "\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n", "GET / HTTP/1.1\r\nA B",
                             "GET / HTTP/1.1\r\n ", "GET / HTTP/1.1\r\nA: b\rc", "GET / HTTP/3.0\r\n"}) {
        CAPTURE(head);
        Wire wire;
        wire.send(head, 1);
        CHECK(wire.session->phase() == Phase::kClosing);
        CHECK(count_of(wire.sent, "HTTP/1.1 ") == 1);
    }
}

TEST_CASE("every good request is understood, however it is cut") {
    const auto rows = read_table("good_requests.txt");
    REQUIRE(rows.size() > 45);
    for (const Row& row : rows) {
        CAPTURE(row.name);
        std::string first;
        for (const std::size_t chunk : {std::string_view::npos, std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
            for (const std::size_t room : {std::size_t{65536}, std::size_t{1}, std::size_t{50}}) {
                Wire wire(kBodyLimit, room);
                wire.send(row.bytes, chunk);
                CHECK(wire.handler.seen == row.expected);
                CHECK(count_of(wire.sent, "HTTP/1.1 200 OK\r\n") == wire.handler.count);
                if (first.empty()) first = wire.sent;
                CHECK(wire.sent == first);
                const Phase end = wire.session->phase();
                CHECK((end == Phase::kIdle || end == Phase::kClosing));
            }
        }
    }
}

TEST_CASE("limits: the last allowed size passes, one more does not") {
    auto status = [](const std::string& bytes) {
        Wire wire;
        wire.send(bytes);
        return wire.sent.substr(9, 3);
    };
    auto line = [](std::size_t size) {
        return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    CHECK(status(line(limits::kRequestLine)) == "200");
    CHECK(status(line(limits::kRequestLine + 1)) == "414");
    auto head = [](std::size_t size) {
        const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
    };
    CHECK(status(head(limits::kRequestHead)) == "200");
    CHECK(status(head(limits::kRequestHead + 1)) == "431");
    auto fields = [](std::size_t count) {
        std::string text = "GET / HTTP/1.1\r\nHost: a\r\n";
        for (std::size_t i = 1; i < count; ++i) text += "X: y\r\n";
        return text + "\r\n";
    };
    CHECK(status(fields(limits::kRequestFields)) == "200");
    CHECK(status(fields(limits::kRequestFields + 1)) == "431");
}

}  // namespace postern::http::test
