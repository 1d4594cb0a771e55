#include "server/site/deflate.h"

#include <zlib.h>

#include "server/base/limits.h"

namespace postern::site {
namespace {

constexpr int kGzip = 15 + 16;  // the largest window, and gzip's frame around it
constexpr int kMemory = 8;      // zlib's default: 256 kB while it works

// Released whatever happens.
struct Stream {
    Stream() { ready = ::deflateInit2(&state, limits::kGzipLevel, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) == Z_OK; }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
        if (ready) ::deflateEnd(&state);
    }
    z_stream state{};
    bool ready = false;
};

}  // namespace

std::optional<std::string> gzip(std::string_view bytes) {
    Stream stream;
    if (!stream.ready) return std::nullopt;
    std::string out(bytes.size() - bytes.size() / 10, '\0');
    std::string in(bytes);  // zlib's input is not const
    stream.state.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.state.avail_in = static_cast<uInt>(in.size());
    stream.state.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.state.avail_out = static_cast<uInt>(out.size());
    if (::deflate(&stream.state, Z_FINISH) != Z_STREAM_END) return std::nullopt;
    out.resize(stream.state.total_out);
    return out;
}

}  // namespace postern::site
