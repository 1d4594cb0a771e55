// PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2): makes a password expensive to guess. Slow by intent: never on a loop
// thread. mbedTLS's own stays out: it computes each round twice over, and comes with encrypted private keys.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/base/secret.h"

namespace postern::crypto {

// `size` bytes from a password of any length. One block of 32 bytes costs two compressions of SHA-256 a round, which is
// what it costs who guesses; more blocks cost us more and him not: ask for 32. Precondition: rounds >= 1.
// Nothing once `stop` (may be null) is true; it is looked at every 1,024 rounds.
std::optional<Secret> pbkdf2_sha256(std::string_view password, std::string_view salt, std::uint32_t rounds,
                                    std::size_t size, const std::atomic<bool>* stop = nullptr);

}  // namespace postern::crypto
