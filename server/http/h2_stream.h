// What an HTTP/2 session keeps of one stream (RFC 9113 section 5). For h2_session.cpp alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/base/clock.h"
#include "server/http/h2_answer.h"
#include "server/http/h2_head.h"
#include "server/http/later.h"
#include "server/http/message.h"

namespace postern::http {

// One request and its answer.
struct H2Stream {
    explicit H2Stream(BlockPool& pool) : head(pool) {}

    enum class At : std::uint8_t { kRequest, kBody, kReady, kWaiting, kAnswer };  // kReady: whole, and not yet answered

    std::uint32_t id = 0;
    std::size_t index = 0;  // among the session's
    At at = At::kRequest;
    SteadyTime since{};     // it is there; of a live body: it has said something
    H2Head head;
    std::string body;       // of the request; empty when it is dropped; of one that is passed on: what has not gone yet
    std::size_t body_size = 0;  // bytes of it that came, dropped ones too
    bool wanted = false;        // its handler wants the body,
    bool passes_on = false;     // as it comes: no more of it is held than the peer's window lets come
    bool ended = false;         // all of that has come
    std::size_t went = 0;       // of that, since `since`
    std::unique_ptr<BodySink> sink;
    std::unique_ptr<Later> later;
    std::unique_ptr<Response> promised;  // with `later`: what was said of the answer beforehand
    H2Body answer;
    bool starved = false;       // of a live answer: it had nothing when it was last asked; else it is the peer who takes it

    std::size_t held() const { return head.size() + (passes_on ? 0 : body.size()); }
};

// In a block of the loop's.
struct H2StreamDrop {
    BlockPool* pool;
    void operator()(H2Stream* stream) const {
        stream->~H2Stream();
        pool->drop(stream, sizeof(H2Stream));
    }
};
using H2StreamOwner = std::unique_ptr<H2Stream, H2StreamDrop>;

}  // namespace postern::http
