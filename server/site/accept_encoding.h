// Which content codings a client takes (RFC 9110 section 12.5.3), and which of those that we have it gets. Used by handlers
// that hold compressed copies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/http/message.h"

namespace postern::site {

// In the order in which we send them where a client takes several as gladly: the smallest first.
enum class Coding : std::uint8_t { kBrotli, kZstd, kGzip, kIdentity };
inline constexpr std::size_t kPackedCodings = 3;

struct CodingText {
    std::string_view name, ending, tag;  // in Content-Encoding; of a file's name; in an entity tag
};
inline constexpr std::array<CodingText, kPackedCodings> kCodingTexts = {{{"br", ".br", "-br"}, {"zstd", ".zst", "-zst"}, {"gzip", ".gz", "-gz"}}};

// What of the codings a response can have; identity is always there.
using HaveCodings = std::array<bool, kPackedCodings>;

// By Accept-Encoding, all lines of it. Identity where nothing else is wanted more than it, and also where not even that is
// acceptable: as nginx and Caddy do, for a client that wants nothing we have is better served by what it can at least read.
// A part that cannot be parsed counts as not said. No allocation.
Coding choose_coding(const http::Request& request, const HaveCodings& have);

// By Accept-Encoding: "gzip", "x-gzip" or "*" with a quality above 0, the most exact one counting.
bool accepts_gzip(const http::Request& request);

}  // namespace postern::site
