// What the loops count, for who watches the server: sums over all loops of a front. Plain values.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace postern::front {

// What an open connection is at.
enum class ConnectionState : unsigned char {
    kHandshake,  // TLS, or its silence before
    kReading,    // a request is awaited for the first time, or is not all there yet
    kWaiting,    // for an answer that somebody else finds out
    kStreaming,  // an answer that is still being made
    kWriting,    // an answer that the peer has not taken yet
    kIdle,       // between two requests
    kClosing,    // after the last answer, until the peer has it
};
inline constexpr std::size_t kConnectionStates = 7;
std::string_view name_of(ConnectionState state);  // "handshake" "reading" "waiting" "streaming" "writing" "idle" "closing"

struct Stats {
    unsigned long long accepted = 0, refused = 0, evicted = 0, open = 0, requests = 0;
    unsigned long long handshakes = 0, failed_handshakes = 0, timeouts = 0;
    // Of `handshakes`, by handshake_place().
    std::array<unsigned long long, 4> handshakes_by{};
    std::array<unsigned long long, kConnectionStates> in_state{};  // of `open`; by ConnectionState
};

constexpr std::size_t handshake_place(bool tls13, bool resumed) { return (tls13 ? 2u : 0u) + (resumed ? 1u : 0u); }

}  // namespace postern::front
