// What one loop lends to its connections: working space, the moment, and the lists of their deadlines. Used by loop and
// connection; knows nothing of either.
#pragma once

#include <memory>

#include "server/base/clock.h"
#include "server/http/request_scratch.h"
#include "server/net/deadlines.h"
#include "server/tls/tls_stream.h"

namespace postern::front {

// Nothing in it survives a turn.
struct LoopSpace {
    LoopSpace();
    ~LoopSpace();
    LoopSpace(const LoopSpace&) = delete;
    LoopSpace& operator=(const LoopSpace&) = delete;

    std::unique_ptr<char[]> in, out;  // kLoopInput, kLoopOutput bytes of plaintext
    tls::TlsScratch tls;
    http::RequestScratch requests;
    SteadyTime now{};
    WallTime wall{};
};

// One list for each thing that a client can dawdle over. Who is idle for a while goes to sleep: its memory is given back. Who
// takes an answer is among the writing or, found wanting, among the slow.
struct Deadlines {
    Deadlines();
    net::DeadlineList handshake, head, body, idle, asleep, writing, slow, linger;
};

}  // namespace postern::front
