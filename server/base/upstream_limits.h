// The hard limits of what is passed on to other servers, each with its reason: the part of limits.h that server/proxy has.
#pragma once

#include <cstddef>

#include "server/base/clock.h"

namespace postern::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kUpstreamHead = 16384;  // of an answer
inline constexpr std::size_t kUpstreamFields = 60;   // of it: with ours no more than an answer of HTTP/2 holds
inline constexpr unsigned kUpstreamInterim = 16;     // answers before the answer: 100, 102, 103
inline constexpr std::size_t kSmallAnswer = 16384;   // one that says it is no larger is awaited whole: should its server die, another is asked
inline constexpr std::size_t kUpstreamPiece = 16384; // of a body, at a time; so much waits where the server does not take it
inline constexpr std::size_t kUpstreamOpen = 512;    // connections of a site on one loop: above, 503
inline constexpr std::size_t kUpstreamCrowd = 256;   // of them in use: from then on
inline constexpr std::size_t kUpstreamShare = 32;    // no client has more, so that some are left for others: 503 as well
inline constexpr std::size_t kUpstreamIdle = 64;     // kept of each server
inline constexpr Millis kUpstreamIdleTime = 15s;     // small servers close after 20, Node's after 5
inline constexpr Millis kUpstreamConnect = 5s;
inline constexpr Millis kUpstreamDown = 10s;         // one that failed is asked only if there is no other
inline constexpr Millis kUpstreamTold = 60s;         // between two lines in the log that one failed
inline constexpr std::size_t kPackedAnswers = 64;    // compressed at once on a loop, 44 kB each: others go out as they are
inline constexpr std::size_t kPackedPiece = 4096;    // of an answer, read for its compressor at a time
inline constexpr std::size_t kPackedTurn = 65536;    // of all of them, in a turn of the loop: 0.6 ms of a slow PC; a piece of each at least
inline constexpr int kPassedGzipLevel = 4;           // 6 saves 2 % more, and takes a third more time
inline constexpr Millis kTunnelQuiet = 600s;         // neither side says anything; WebSockets ping each half minute

}  // namespace postern::limits
