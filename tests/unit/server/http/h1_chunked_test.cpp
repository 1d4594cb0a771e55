#include "server/http/h1_chunked.h"

#include <doctest.h>

#include <algorithm>
#include <string>

#include "server/base/limits.h"

namespace postern::http {
namespace {

using State = ChunkedDecoder::State;

struct Decoded {
    State state = State::kMore;
    std::string data;
    std::size_t taken = 0;
};

Decoded decode(std::string_view bytes, std::size_t piece) {
    ChunkedDecoder decoder;
    Decoded out;
    while (out.state == State::kMore && out.taken < bytes.size()) {
        const auto step = decoder.next(bytes.substr(out.taken, piece));
        out.state = step.state;
        out.data += step.data;
        out.taken += step.taken;
        if (step.taken == 0) break;
    }
    return out;
}

std::string encode(std::string_view data, std::size_t piece) {
    std::string out;
    for (; !data.empty(); data.remove_prefix(std::min(piece, data.size()))) {
        const std::size_t size = std::min(piece, data.size());
        constexpr std::string_view kHex = "0123456789aBcDeF";
        if (size > 15) out += kHex[size >> 4 & 15];
        (((out += kHex[size & 15]) += "\r\n") += data.substr(0, size)) += "\r\n";
    }
    return out + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("any data in any chunks through any pieces") {
    std::string data;
    for (int i = 0; i < 300; ++i) data += static_cast<char>(i);
    for (const std::size_t chunk : {1, 2, 15, 16, 17, 255}) {
        for (const std::size_t piece : {1, 2, 3, 7, 64, 10000}) {
            const std::string bytes = encode(data, chunk);
            const Decoded out = decode(bytes + "GET", piece);
            CHECK(out.state == State::kDone);
            CHECK(out.data == data);
            CHECK(out.taken == bytes.size());  // what follows is the next request's
        }
    }
}

TEST_CASE("every prefix wants more, every stray byte in the framing is refused") {
    const std::string bytes = "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: v\r\n\r\n";
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(decode(bytes.substr(0, size), 1).state == State::kMore);
    CHECK(decode(bytes, 1).state == State::kDone);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const bool data = (at >= 7 && at < 10) || at == 15;
        if (data) continue;
        std::string broken = bytes;
        broken[at] = '\0';
        CHECK(decode(broken, 1).state == State::kBad);
        CHECK(decode(broken, 100).state == State::kBad);
    }
}

TEST_CASE("sizes: fifteen digits, no more; nothing wraps round") {
    CHECK(decode("fffffffffffffff\r\nabc", 100).state == State::kMore);
    CHECK(decode("fffffffffffffff\r\nabc", 100).data == "abc");
    CHECK(decode("0000000000000001\r\n", 100).state == State::kBad);
    CHECK(decode("10000000000000000\r\n", 1).state == State::kBad);
}

TEST_CASE("bad white space: before an extension, and nowhere else behind a size") {
    for (const char* good : {"1 ;a\r\nx\r\n0\r\n\r\n", "1\t \t;a\r\nx\r\n0\r\n\r\n", "1; a = b ; c\r\nx\r\n0 ;d\r\n\r\n"}) {
        CAPTURE(good);
        CHECK(decode(good, 1).state == State::kDone);
        CHECK(decode(good, 100).data == "x");
    }
    for (const char* bad : {"1 \r\nx\r\n0\r\n\r\n", "1 1\r\n", "1 a;b\r\n", " 1\r\n", "1 \n", "1 \r;a\r\n"}) {
        CAPTURE(bad);
        CHECK(decode(bad, 1).state == State::kBad);
    }
}

TEST_CASE("extensions and trailers of a whole body stay within one limit") {
    const std::size_t most = limits::kRequestHead;
    const std::string end = "\r\nx\r\n0\r\n\r\n";
    CHECK(decode("1;" + std::string(most, 'e') + end, 1000).state == State::kDone);
    CHECK(decode("1;" + std::string(most + 1, 'e') + end, 1000).state == State::kBad);
    CHECK(decode("1" + std::string(most + 1, ' ') + ";" + end, 1000).state == State::kBad);
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "1;0123456789\r\nx\r\n";
    CHECK(decode(many + "0\r\n\r\n", 1000).state == State::kDone);
    CHECK(decode(many + many + "0\r\n\r\n", 1000).state == State::kBad);
}

}  // namespace postern::http
