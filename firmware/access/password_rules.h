// What a new password must be (OWASP ASVS 5.0, 6.2): long enough and none that is tried first; no rule about kinds of
// characters. For whoever is about to set one. Pure, quick, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern::access {

// In Unicode code points, as typed: nothing is trimmed, cut or normalised.
inline constexpr std::size_t kFewestCharacters = 8, kMostCharacters = 128;
// In bytes. A login that brings more is wrong without being hashed.
inline constexpr std::size_t kMostPasswordBytes = 4 * kMostCharacters;

// kRefuse, in a sentence for the owner that never holds the password, when it
//   is shorter than 8 or longer than 128 characters, no UTF-8, or has control characters;
//   is one of the 3,400 commonest, whatever its case (ASCII), also with up to four digits or signs after it;
//   is one of `own_names` (host name, user names; its first label too) in the same ways, or this program's name.
Result<void> check_new_password(std::string_view password, const std::vector<std::string>& own_names);

}  // namespace postern::access
