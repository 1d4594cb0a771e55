// Answers of the server, whole and broken.
#include "firmware/client_reply.h"

#include <doctest.h>

using namespace postern;

TEST_CASE("a whole answer") {
    const auto reply = read_reply("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\ncontent-length:  12 \r\n\r\n{\"job\":\"j1\"}");
    REQUIRE(reply.ok());
    CHECK(reply->status == 202);
    CHECK(reply->body == "{\"job\":\"j1\"}");
}

TEST_CASE("without a length the body goes on to the end") {
    const auto reply = read_reply("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
    REQUIRE(reply.ok());
    CHECK(reply->body == "abc");
    CHECK(read_reply("HTTP/1.1 200\r\n\r\n").value().body.empty());
}

TEST_CASE("an answer that is cut short is never taken for a whole one") {
    const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK(!read_reply(std::string_view(whole).substr(0, size)).ok());
    }
    CHECK(read_reply(whole).ok());
    CHECK(!read_reply(whole + "x").ok());
}

TEST_CASE("what is no answer of ours") {
    for (const char* bad : {"HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 099 X\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
                            "HTTP/1.1_200 OK\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "\r\n\r\n"}) {
        CAPTURE(bad);
        CHECK(!read_reply(bad).ok());
    }
}
