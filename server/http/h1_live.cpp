#include "server/http/h1_live.h"

#include <algorithm>

namespace postern::http {

namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::size_t kSizeLine = 6;  // four digits, CR LF; leading zeros are allowed
constexpr std::size_t kLineEnd = 2;
constexpr std::size_t kMostOfChunk = 0xffff;

}  // namespace

LiveBody::State LiveBody::write(Output& out) {
    static constexpr char kHex[] = "0123456789abcdef";
    const std::size_t frame = chunked_ ? kSizeLine + kLineEnd : 0;
    while (out.room() > frame) {
        char* const at = out.tail();
        char* const data = chunked_ ? at + kSizeLine : at;
        const std::size_t room = std::min(out.room() - frame, kMostOfChunk);
        const std::size_t size = std::min(source_->read(data, room), room);
        if (size == 0) {
            if (source_->failed()) return State::kCut;
            return source_->ended() && end(out) ? State::kEnded : State::kMore;
        }
        if (chunked_) {
            for (std::size_t i = 0; i < 4; ++i) at[i] = kHex[size >> (12 - 4 * i) & 15];
            at[4] = data[size] = '\r';
            at[5] = data[size + 1] = '\n';
        }
        out.advance(size + frame);
    }
    return State::kMore;
}

bool LiveBody::end(Output& out) const { return !chunked_ || out.append(kLastChunk); }

}  // namespace postern::http
