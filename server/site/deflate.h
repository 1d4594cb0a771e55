// Compresses what is sent often, and what comes piece by piece. The one place that knows zlib. Used by static_files, packed_body.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postern::site {

// A gzip file (RFC 1952) of `bytes`, the same each time. Nothing where it would not save a tenth at least, and without memory.
// Takes the loop's time: for up to limits::kPackedFile bytes.
std::optional<std::string> gzip(std::string_view bytes);

// A gzip file in the making, of what comes piece by piece: some 39 kB as long as it is there.
class GzipStream {
public:
    GzipStream();
    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    bool is_ready() const;  // false: no memory; then nothing else is to be called

    // What comes behind the input: more of it, which may be waited for; nothing yet, so that whoever unpacks is to have all of it
    // now; nothing at all.
    enum class Then : std::uint8_t { kMore, kFlush, kEnd };
    struct Step {
        std::size_t taken = 0, made = 0;
        bool done = false;  // all was taken, and what `then` asks for is out; else once more, with more room
    };
    // `bytes` are not changed. A flush wants 16 bytes of room to be done ever, and is asked for behind new input alone.
    Step pack(std::span<char> bytes, char* into, std::size_t room, Then then);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace postern::site
