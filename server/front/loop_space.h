// What one loop lends to its connections: working space, the moment, and the lists of their deadlines. Used by loop and
// connection; knows nothing of either.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "server/base/clock.h"
#include "server/front/stats.h"
#include "server/http/request_scratch.h"
#include "server/net/deadlines.h"
#include "server/net/reactor.h"
#include "server/tls/tls_stream.h"

namespace postern::front {

class Connection;

// Nothing in it survives a turn but who is queued.
struct LoopSpace {
    LoopSpace();
    ~LoopSpace();
    LoopSpace(const LoopSpace&) = delete;
    LoopSpace& operator=(const LoopSpace&) = delete;

    std::unique_ptr<char[]> in, out;  // kLoopInput, kLoopOutput bytes of plaintext
    tls::TlsScratch tls;
    http::RequestScratch requests;
    SteadyTime now{};
    std::uint64_t turn = 0;
    WallTime wall{};
    std::unique_ptr<const http::Waker> waker;  // of this loop
    net::Reactor* reactor = nullptr;           // likewise
    std::vector<Connection*> queue;            // those with more to do than one turn, and those who were roused

    // How many connections are at what. The loop alone writes; others may read.
    void count(ConnectionState state, int more) {
        auto& counter = in_state[static_cast<std::size_t>(state)];
        counter.store(counter.load(std::memory_order_relaxed) + static_cast<std::uint32_t>(more), std::memory_order_relaxed);
    }
    std::array<std::atomic<std::uint32_t>, kConnectionStates> in_state{};
};

// One list for each thing that a client can dawdle over. Who is idle for a while goes to sleep: its memory is given back. Who
// takes an answer is among the writing or, found wanting, among the slow; who is owed one that comes later is waiting, who has
// some of one that is still being made is streaming.
struct Deadlines {
    Deadlines();
    net::DeadlineList handshake, head, body, waiting, streaming, idle, asleep, writing, slow, linger;
};

}  // namespace postern::front
