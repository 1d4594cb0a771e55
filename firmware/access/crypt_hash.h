// Hashes of passwords as crypt(3) makes them, in files that htpasswd, mkpasswd and others write: which of them are taken, and
// whether a password is that of one. The only file that knows the C library's crypt.
#pragma once

#include <string_view>

#include "server/base/result.h"

namespace postern::access {

inline constexpr std::size_t kLongestCryptPassword = 255;  // musl's SHA-crypt takes no more; bcrypt looks at 72

// bcrypt ($2a$ $2b$ $2y$), SHA-256 ($5$) and SHA-512 ($6$), at a cost that a login may have. kAdmin: what is wrong with it and
// what to do, without the hash.
Result<void> check_crypt_hash(std::string_view hash);

// Takes as long as the hash wants: a tenth of a second, and seconds on a small device. Any thread. False for a password that is too long or
// has a NUL in it, and for a hash that was not checked.
bool crypt_matches(std::string_view password, std::string_view hash);

}  // namespace postern::access
