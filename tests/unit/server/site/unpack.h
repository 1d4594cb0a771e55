// What a client makes of a gzip file, or of the part of one that has come.
#pragma once

#include <zlib.h>

#include <string>

namespace postern::site::test {

struct Unpacked {
    std::string text;
    bool whole = false;  // with gzip's end, whose checksum holds, and nothing behind it
    bool bad = false;
};

inline Unpacked unpack(std::string bytes) {
    Unpacked unpacked;
    z_stream stream{};
    ::inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    char out[65536];
    int code = Z_OK;
    do {
        stream.next_out = reinterpret_cast<Bytef*>(out);
        stream.avail_out = sizeof out;
        code = ::inflate(&stream, Z_NO_FLUSH);
        unpacked.text.append(out, sizeof out - stream.avail_out);
    } while (code == Z_OK && (stream.avail_in > 0 || stream.avail_out == 0));
    unpacked.whole = code == Z_STREAM_END && stream.avail_in == 0;
    unpacked.bad = code != Z_OK && code != Z_BUF_ERROR && !unpacked.whole;
    ::inflateEnd(&stream);
    return unpacked;
}

}  // namespace postern::site::test
