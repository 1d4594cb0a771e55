// What an HTTP/2 session keeps of one stream (RFC 9113 section 5). For h2_session.cpp alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/base/clock.h"
#include "server/http/h2_answer.h"
#include "server/http/h2_head.h"
#include "server/http/later.h"

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
    std::string body;       // of the request; empty when it is dropped
    std::size_t body_size = 0;  // bytes of it that came, dropped ones too
    std::unique_ptr<Later> later;
    AnswerCounts* counts = nullptr;
    H2Body answer;

    std::size_t held() const { return head.size() + body.size(); }
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
