#include "server/net/proxy_header.h"

#include <doctest.h>

#include <string>

#include "server/net/announced_stream.h"
#include "tests/fakes/pipe_stream.h"

using namespace postern;
using net::IoStatus;
using net::parse_proxy_header;
using net::ProxyHeader;
using State = ProxyHeader::State;

namespace {

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string binary(unsigned char version_and_command, unsigned char family, const std::string& rest) {
    std::string text = kSignature;
    text += static_cast<char>(version_and_command);
    text += static_cast<char>(family);
    text += static_cast<char>(rest.size() >> 8);
    text += static_cast<char>(rest.size() & 255);
    return text + rest;
}

// 192.0.2.7:1234 to 198.51.100.1:443
const std::string kV4("\xc0\x00\x02\x07\xc6\x33\x64\x01\x04\xd2\x01\xbb", 12);
// [2001:db8::7]:1234 to [2001:db8::1]:443
const std::string kV6("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x04\xd2\x01\xbb", 36);

void check_told(const std::string& header, const std::string& source) {
    CAPTURE(header);
    for (const char* more : {"", "G", "\x16\x03\x01 and all that"}) {
        const ProxyHeader read = parse_proxy_header(header + more);
        REQUIRE(read.state == State::kComplete);
        CHECK(read.size == header.size());
        CHECK(read.told == !source.empty());
        if (read.told) CHECK(read.source.text() == source);
    }
    for (std::size_t less = 0; less < header.size(); ++less) CHECK(parse_proxy_header(header.substr(0, less)).state == State::kPartial);
}

}  // namespace

TEST_CASE("PROXY header: both versions say from where") {
    check_told("PROXY TCP4 192.0.2.7 198.51.100.1 1234 443\r\n", "192.0.2.7:1234");
    check_told("PROXY TCP6 2001:db8::7 2001:db8::1 0 65535\r\n", "[2001:db8::7]:0");
    check_told("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
               "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");  // the longest but for UNKNOWN
    check_told(binary(0x21, 0x11, kV4), "192.0.2.7:1234");
    check_told(binary(0x21, 0x21, kV6), "[2001:db8::7]:1234");
    check_told(binary(0x21, 0x11, kV4 + std::string("\x04\x00\x02xx", 5)), "192.0.2.7:1234");  // and a note
}

TEST_CASE("PROXY header: health checks of the sender itself, and what is of no use to us, are its own") {
    check_told("PROXY UNKNOWN\r\n", "");
    check_told("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "");
    check_told(binary(0x20, 0x00, ""), "");
    check_told(binary(0x20, 0x11, kV4), "");       // LOCAL: whatever stands there
    check_told(binary(0x21, 0x00, ""), "");        // PROXY, of no family
    check_told(binary(0x21, 0x12, kV4), "");       // over UDP
    check_told(binary(0x21, 0x31, std::string(216, 'u')), "");
}

TEST_CASE("PROXY header: all else is none") {
    for (const std::string& text : {
             std::string("G"), std::string("\x16\x03\x01"), std::string("PROXYTCP4"), std::string("proxy TCP4"), std::string(" PROXY"),
             std::string("PROXY TCP4 192.0.2.7 198.51.100.1 1234 443\n\n"), std::string("PROXY TCP4 192.0.2.7 198.51.100.1 1234\r\n"),
             std::string("PROXY TCP4 192.0.2.7 198.51.100.1 1234 443 1\r\n"), std::string("PROXY  TCP4 192.0.2.7 198.51.100.1 1234 443\r\n"),
             std::string("PROXY TCP4 192.0.2.7  198.51.100.1 1234 443\r\n"), std::string("PROXY TCP4 192.0.2.7 198.51.100.1 1234 65536\r\n"),
             std::string("PROXY TCP4 192.0.2.7 198.51.100.1 01234 443\r\n"), std::string("PROXY TCP4 192.0.2.7 198.51.100.1 +1 443\r\n"),
             std::string("PROXY TCP4 2001:db8::7 2001:db8::1 1234 443\r\n"), std::string("PROXY TCP6 192.0.2.7 198.51.100.1 1234 443\r\n"),
             std::string("PROXY TCP4 192.0.2 198.51.100.1 1234 443\r\n"), std::string("PROXY TCP5 192.0.2.7 198.51.100.1 1234 443\r\n"),
             std::string("PROXY TCP4 192.0.2.7 host 1234 443\r\n"), std::string("PROXY \r\n"), std::string("PROXY UNKNOWN\rX"),
             std::string("PROXY UNKNOWNX\r\n"), std::string("PROXY TCP6 fe80::1%lo ::1 1 2\r\n"),
             "PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "PROXY UNKNOWN " + std::string(120, 'x'),
             kSignature.substr(0, 5) + "x", kSignature + "\x11", kSignature + "\x22", binary(0x21, 0x41, kV4), binary(0x21, 0x13, kV4),
             binary(0x21, 0x11, kV4.substr(1)), binary(0x21, 0x21, kV6.substr(1)), binary(0x21, 0x11, std::string(2033, 'x')).substr(0, 16)}) {
        CAPTURE(text);
        const ProxyHeader read = parse_proxy_header(text);
        CHECK(read.state == State::kBad);
        CHECK(std::string(read.why) != "");
        CHECK(parse_proxy_header(text + "more").state == State::kBad);
    }
    CHECK(parse_proxy_header("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n").state == State::kComplete);
    CHECK(parse_proxy_header(binary(0x21, 0x11, std::string(2032, 'x'))).state == State::kComplete);
}

TEST_CASE("a stream that is announced: nothing before the header, all that is behind it") {
    const std::string header = binary(0x21, 0x11, kV4);
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{65536}}) {
        fakes::Pipe pipe;
        pipe.read_chunk = chunk;
        net::AnnouncedStream stream(std::make_unique<fakes::PipeStream>(pipe));
        char room[8];
        CHECK(stream.read(room, sizeof room).status == IoStatus::kWait);
        CHECK_FALSE(stream.established());
        CHECK(stream.write("early").status == IoStatus::kWait);
        stream.finish();
        CHECK_FALSE(pipe.finished);
        pipe.arrive(header.substr(0, 20));
        CHECK(stream.read(room, sizeof room).status == IoStatus::kWait);
        CHECK_FALSE(stream.has_buffered());  // a loop would ask again and again
        pipe.arrive(header.substr(20) + "0123456789abcdefghij");
        std::string all;
        for (auto got = stream.read(room, sizeof room); got.status == IoStatus::kOk; got = stream.read(room, sizeof room))
            all.append(room, got.bytes);
        CHECK(all == "0123456789abcdefghij");
        CHECK(stream.established());
        CHECK_FALSE(stream.has_buffered());
        CHECK(stream.header().source.host() == "192.0.2.7");
        CHECK(stream.write("answer").bytes == 6);
        CHECK(pipe.take() == "answer");
        stream.finish();
        CHECK(pipe.finished);
    }
}

TEST_CASE("a stream that is announced: what is read behind the header is told to be there") {
    fakes::Pipe pipe;
    net::AnnouncedStream stream(std::make_unique<fakes::PipeStream>(pipe));
    pipe.arrive("PROXY UNKNOWN\r\nabc");
    char room[2];
    CHECK(stream.read(room, 2).bytes == 2);
    CHECK(stream.has_buffered());
    CHECK(stream.read(room, 2).bytes == 1);
    CHECK_FALSE(stream.has_buffered());
}

TEST_CASE("a stream that is announced: what is no header, and an end before it") {
    fakes::Pipe pipe;
    net::AnnouncedStream stream(std::make_unique<fakes::PipeStream>(pipe));
    pipe.arrive("GET / HTTP/1.1\r\n");
    char room[64];
    CHECK(stream.read(room, sizeof room).status == IoStatus::kFailed);
    CHECK(stream.read(room, sizeof room).status == IoStatus::kFailed);
    CHECK_FALSE(stream.established());
    fakes::Pipe other;
    net::AnnouncedStream cut(std::make_unique<fakes::PipeStream>(other));
    other.arrive("PROXY ");
    other.ended = true;
    CHECK(cut.read(room, sizeof room).status == IoStatus::kEnd);
}
