// The way of a request's body, or of what a tunnel's peer says, into the sink of who takes it. For h1_session.cpp alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "server/http/body_sink.h"
#include "server/http/h1_chunked.h"
#include "server/http/request_scratch.h"

namespace postern::http {

class H1Relay {
public:
    H1Relay() = default;  // a tunnel
    explicit H1Relay(const Framing& framing)  // of a body, which there is
        : left_(framing.length), form_(framing.body == Framing::Body::kChunked ? Form::kChunked : Form::kLength) {}

    // Before that nothing is taken.
    void give(std::unique_ptr<BodySink> sink) { sink_ = std::move(sink); }
    bool is_tunnel() const { return form_ == Form::kTunnel; }
    bool has_room() const { return sink_ && sink_->room() > 0; }

    enum class State : std::uint8_t { kMore, kDone, kBad };  // kBad: not chunked as it should be
    struct Step {
        State state = State::kMore;
        std::size_t taken = 0;
    };
    // As much of `in` as the sink has room for.
    Step take(std::string_view in);
    // So many bytes or more went since this last said so.
    bool took(std::size_t bytes);

private:
    Step take_some(std::string_view in);
    enum class Form : std::uint8_t { kTunnel, kLength, kChunked };
    Step take_chunked(std::string_view in);

    std::unique_ptr<BodySink> sink_;
    ChunkedDecoder chunks_;
    std::uint64_t left_ = 0;  // of kLength
    std::size_t went_ = 0;
    Form form_ = Form::kTunnel;
};

}  // namespace postern::http
