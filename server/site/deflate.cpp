#include "server/site/deflate.h"

#include <zlib.h>

#include <cassert>

#include "server/base/limits.h"
#include "server/base/upstream_limits.h"

namespace postern::site {
namespace {

constexpr int kFrame = 16;      // what zlib adds to the bits of a window to say gzip
constexpr int kLargest = 15;    // bits of the largest window
constexpr int kMemory = 8;      // zlib's default: 256 kB while it works
constexpr int kSmall = 12, kSmallMemory = 5;  // 8 kB each of window, chains, hashes, and what is to go out; 6 kB of its own

// Released whatever happens.
struct Stream {
    Stream(int level, int window, int memory) {
        ready = ::deflateInit2(&state, level, Z_DEFLATED, window + kFrame, memory, Z_DEFAULT_STRATEGY) == Z_OK;
    }
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
    Stream stream(limits::kGzipLevel, kLargest, kMemory);
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

struct GzipStream::State : Stream {
    using Stream::Stream;
};

GzipStream::GzipStream() : state_(std::make_unique<State>(limits::kPassedGzipLevel, kSmall, kSmallMemory)) {}
GzipStream::~GzipStream() = default;

bool GzipStream::is_ready() const { return state_->ready; }

GzipStream::Step GzipStream::pack(std::span<char> bytes, char* into, std::size_t room, Then then) {
    z_stream& stream = state_->state;
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(into);
    stream.avail_out = static_cast<uInt>(room);
    const int code = ::deflate(&stream, then == Then::kMore ? Z_NO_FLUSH : then == Then::kFlush ? Z_SYNC_FLUSH : Z_FINISH);
    assert(code != Z_STREAM_ERROR);
    const bool done = then == Then::kMore ? stream.avail_in == 0 : then == Then::kFlush ? stream.avail_out > 0 : code == Z_STREAM_END;
    return {bytes.size() - stream.avail_in, room - stream.avail_out, done};
}

}  // namespace postern::site
