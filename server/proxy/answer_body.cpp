#include "server/proxy/answer_body.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace postern::proxy {

using Body = ResponseHead::Body;

// What came with the head goes first.
net::IoResult AnswerBody::next(Wire& wire, char* into, std::size_t room) {
    if (begun_at_ == begun_.size()) return wire.read(into, room);
    const std::size_t size = std::min(room, begun_.size() - begun_at_);
    std::memcpy(into, begun_.data() + begun_at_, size);
    begun_at_ += size;
    if (begun_at_ == begun_.size()) {
        std::string().swap(begun_);
        begun_at_ = 0;
    }
    return {net::IoStatus::kOk, size};
}

AnswerBody::Step AnswerBody::read(Wire& wire, char* into, std::size_t room) {
    if (form_ == Body::kNone) return {State::kEnded, 0};
    if (form_ == Body::kLength) room = static_cast<std::size_t>(std::min<std::uint64_t>(room, left_));
    while (true) {
        const net::IoResult got = next(wire, into, room);
        switch (got.status) {
            case net::IoStatus::kWait: return {};
            case net::IoStatus::kFailed: return {State::kFailed, 0};
            case net::IoStatus::kEnd: return {form_ == Body::kToTheEnd ? State::kEnded : State::kFailed, 0};
            case net::IoStatus::kOk: break;
        }
        if (form_ == Body::kChunked) {
            const Step step = decode(into, got.bytes);
            if (step.size > 0 || step.state != State::kMore) return step;
            continue;  // nothing but framing
        }
        if (form_ == Body::kLength) left_ -= got.bytes;
        return {form_ == Body::kLength && left_ == 0 ? State::kEnded : State::kMore, got.bytes};
    }
}

// In place: data moves to the front.
AnswerBody::Step AnswerBody::decode(char* bytes, std::size_t size) {
    std::size_t at = 0, kept = 0;
    while (at < size) {
        const http::ChunkedDecoder::Step step = chunks_.next({bytes + at, size - at});
        if (step.state == http::ChunkedDecoder::State::kBad) return {State::kFailed, 0};
        if (!step.data.empty()) std::memmove(bytes + kept, step.data.data(), step.data.size());
        kept += step.data.size();
        at += step.taken;
        if (step.state != http::ChunkedDecoder::State::kDone) continue;
        overrun_ = at < size;
        return {State::kEnded, kept};
    }
    return {State::kMore, kept};
}

}  // namespace postern::proxy
