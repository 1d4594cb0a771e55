// The commonest passwords as a table in the program, made by tools/embed_passwords when it is built. For password_rules.
#pragma once

#include <cstdint>
#include <span>

namespace postern::access {

// Sorted. The first four bytes (big-endian) of the SHA-256 of each in ASCII lower case: of a million other passwords one
// is taken for common.
std::span<const std::uint32_t> common_passwords();

}  // namespace postern::access
