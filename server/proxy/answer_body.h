// An upstream's body on its way to the client: read when the client takes it, so that nothing is held. For exchange.cpp alone.
#pragma once

#include <cstdint>
#include <string>

#include "server/http/h1_chunked.h"
#include "server/net/stream.h"
#include "server/proxy/response_head.h"
#include "server/proxy/wire.h"

namespace postern::proxy {

class AnswerBody {
public:
    AnswerBody() = default;
    // `begun` is what of it came with the head.
    AnswerBody(ResponseHead::Body form, std::uint64_t length, std::string begun) : form_(form), left_(length), begun_(std::move(begun)) {}

    enum class State : std::uint8_t { kMore, kEnded, kFailed };
    struct Step {
        State state = State::kMore;
        std::size_t size = 0;  // bytes that were put there; 0 with kMore: the wire has none now
    };
    Step read(Wire& wire, char* into, std::size_t room);

    // After kEnded: the wire is where another answer would begin.
    bool is_clean() const { return form_ != ResponseHead::Body::kToTheEnd && begun_at_ == begun_.size() && !overrun_; }
    std::uint64_t left() const { return left_; }  // of a body of known length

private:
    net::IoResult next(Wire& wire, char* into, std::size_t room);
    Step decode(char* bytes, std::size_t size);

    ResponseHead::Body form_ = ResponseHead::Body::kNone;
    std::uint64_t left_ = 0;
    std::string begun_;
    std::size_t begun_at_ = 0;
    http::ChunkedDecoder chunks_;
    bool overrun_ = false;
};

}  // namespace postern::proxy
