// Hard limits towards a CA, each with its reason (house rule 17); a CA may be slow, broken or lying.
#pragma once

#include <cstddef>

#include "server/base/clock.h"

namespace postern::limits {

// What is read.
inline constexpr std::size_t kAcmeBody = 1u << 20;     // a directory is 1 kB, an order of 100 names 20 kB, a chain 6 kB
inline constexpr std::size_t kAcmeHead = 65536;        // status line and fields; real ones have 2 kB
inline constexpr std::size_t kAcmeStatusLine = 256;    // 15 to 40 bytes in life
inline constexpr std::size_t kUrl = 2048;
inline constexpr std::size_t kNonce = 512;             // Let's Encrypt's have 43 characters
inline constexpr std::size_t kNoncesKept = 8;          // one is enough when replies carry the next
inline constexpr std::size_t kToken = 256;             // RFC 8555 section 8.1 asks for 22 or more
inline constexpr std::size_t kAuthorizations = 128;    // names of a certificate; CAs allow 100
inline constexpr std::size_t kAlternates = 8;          // chains looked at besides the first; CAs offer one or two
inline constexpr std::size_t kChallenges = 32;         // offered for one name; CAs offer five

// How long is asked.
inline constexpr Millis kExchangeTime = Millis(30000); // connect, TLS, request and reply: slow CAs take 10 s to finalize
inline constexpr Millis kStepTime = Millis(60000);     // no new try of a step after this, except one the CA asked for
inline constexpr int kBadNonces = 150;                 // in one step: where nine in ten are refused, one step in 8 million fails
inline constexpr Millis kPollTime = Millis(180000);    // then the order is kept and looked at again in the next run
inline constexpr int kPolls = 60;
inline constexpr int kRedirects = 3;                   // of the directory; nothing else is ever redirected
inline constexpr int kRounds = 400;                    // exchanges of one run, whatever the reason: the last fuse

}  // namespace postern::limits
