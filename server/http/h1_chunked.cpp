#include "server/http/h1_chunked.h"

#include <algorithm>

#include "server/base/limits.h"
#include "server/http/chars.h"

namespace postern::http {
namespace {

// Leading zeros count: no sender needs more digits than a size of 64 bits has, and fewer cannot overflow.
constexpr std::uint8_t kSizeDigits = 15;
// Extensions and trailers of one whole body: as much as a head. Nobody uses them; they only feed slow attacks.
constexpr std::uint32_t kOverhead = limits::kRequestHead;

bool is_text(char c) { return !is_control(c) || c == '\t'; }

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view in) {
    Step step;
    while (step.taken < in.size()) {
        if (at_ == At::kData) {
            step.data = in.substr(step.taken, static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size() - step.taken)));
            step.taken += step.data.size();
            left_ -= step.data.size();
            if (left_ == 0) at_ = At::kDataCr;
            return step;
        }
        if (!take(in[step.taken++])) {
            step.state = State::kBad;
            return step;
        }
        if (at_ == At::kDone) {
            step.state = State::kDone;
            return step;
        }
    }
    return step;
}

bool ChunkedDecoder::take(char c) {
    switch (at_) {
        case At::kSizeFirst:
        case At::kSize: return take_size(c);
        // Bad white space, to be passed over (RFC 9112 section 7.1.1); without an extension behind it it is none.
        case At::kSizeBlank: return go(c == ';' || is_blank(c), c == ';' ? At::kExtension : At::kSizeBlank) && ++overhead_ <= kOverhead;
        case At::kExtension:
            if (c == '\r') return go(true, At::kSizeLf);
            return is_text(c) && ++overhead_ <= kOverhead;
        case At::kSizeLf: return go(c == '\n', left_ == 0 ? At::kTrailerFirst : At::kData);
        case At::kData: return false;  // next() copies data itself
        case At::kDataCr: return go(c == '\r', At::kDataLf);
        case At::kDataLf:
            digits_ = 0;
            return go(c == '\n', At::kSizeFirst);
        case At::kTrailerFirst:
        case At::kTrailerName:
        case At::kTrailerValue: return take_trailer(c);
        case At::kTrailerLf: return go(c == '\n', At::kTrailerFirst);
        case At::kLastLf: return go(c == '\n', At::kDone);
        case At::kDone: return false;
    }
    return false;
}

bool ChunkedDecoder::take_size(char c) {
    if (is_char(c, kHexChar)) {
        left_ = left_ << 4 | hex_value(c);  // is 0 after each chunk
        at_ = At::kSize;
        return ++digits_ <= kSizeDigits;
    }
    if (at_ == At::kSizeFirst) return false;
    if (c == ';') return go(true, At::kExtension);
    if (is_blank(c)) return go(true, At::kSizeBlank);
    return go(c == '\r', At::kSizeLf);
}

// A trailer is a field line like any other; it is dropped, so that it can never pass for a field of the head.
bool ChunkedDecoder::take_trailer(char c) {
    if (at_ == At::kTrailerFirst && c == '\r') return go(true, At::kLastLf);
    if (++overhead_ > kOverhead) return false;
    if (at_ == At::kTrailerValue) return c == '\r' ? go(true, At::kTrailerLf) : is_text(c);
    if (at_ == At::kTrailerName && c == ':') return go(true, At::kTrailerValue);
    return go(is_char(c, kTokenChar), At::kTrailerName);
}

}  // namespace postern::http
