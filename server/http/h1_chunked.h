// The chunked transfer coding, decoded strictly (RFC 9112 section 7.1). Used by h1_session.
// Extensions and trailers are checked, counted and dropped; nothing is kept but a few numbers.
#pragma once

#include <cstdint>
#include <string_view>

namespace postern::http {

class ChunkedDecoder {
public:
    enum class State : std::uint8_t { kMore, kDone, kBad };

    struct Step {
        State state = State::kMore;
        std::size_t taken = 0;  // bytes of the input that are used up
        std::string_view data;  // of the body, a view of the input; may be empty
    };

    // Takes the framing at the front and at most one run of data: call again with the rest while it says kMore and
    // input is left. On kBad the connection is of no further use: answer 400 and close.
    Step next(std::string_view in);

private:
    enum class At : std::uint8_t {
        kSizeFirst,     // the first digit of a chunk's size
        kSize,          // further digits
        kSizeBlank,     // a blank behind the size, which ';' has to follow
        kExtension,     // after ';', dropped up to the CR
        kSizeLf,        // the LF that ends the size line
        kData,          // left_ bytes of body
        kDataCr, kDataLf,
        kTrailerFirst,  // the first byte of a trailer line, or the CR of the last line
        kTrailerName, kTrailerValue, kTrailerLf,
        kLastLf,        // the LF of the last line
        kDone,
    };

    bool take(char c);
    bool take_size(char c);
    bool take_trailer(char c);
    bool go(bool allowed, At next) {
        at_ = next;
        return allowed;
    }

    std::uint64_t left_ = 0;
    std::uint32_t overhead_ = 0;  // bytes of extensions, and of trailers, that a limit is set to
    std::uint8_t digits_ = 0;
    At at_ = At::kSizeFirst;
};

}  // namespace postern::http
