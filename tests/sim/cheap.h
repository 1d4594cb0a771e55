// Keys and certificates that cost nothing, behind the headers of server/crypto: a signature takes a millisecond and a
// device's ten years hold thousands. cheap_keys.cpp and cheap_certs.cpp define what server/crypto's keys, requests and
// certificates define, and fakes::TestCa; they come first in the link, so acme itself runs as it is, byte for byte.
// What the real ones do is for the unit tests.
//
// A key or certificate is a PEM block of hexadecimal text with its own checksum: cut, zeroed or mixed up it is refused, as
// a real one would be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"

namespace postern::sim {

// Everything made from now on depends on these alone: a life can be lived again.
struct CheapWorld {
    std::uint64_t seed = 0;
    std::size_t leaf_bytes = 1400, rest_bytes = 1600;  // of PEM
    WallTime built{};                                  // what build_time() says
    std::uint64_t made = 0;                            // keys and certificates so far
};
CheapWorld& cheap_world();

inline constexpr const char* kSelfSignedIssuer = "Postern self-signed";

// Fields in a PEM block of about `bytes`; and back: nothing when a bit of it is not as it was.
std::string cheap_pem(std::string_view label, const std::vector<std::string>& fields, std::size_t bytes);
std::optional<std::vector<std::string>> cheap_fields(std::string_view body);
std::string cheap_number();  // one that was not there before

}  // namespace postern::sim
