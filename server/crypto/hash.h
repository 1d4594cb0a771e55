// SHA-256 and HMAC-SHA-256, one-shot.
#pragma once

#include <string>
#include <string_view>

namespace postern::crypto {

std::string sha256(std::string_view bytes);                               // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view message);  // 32 bytes

}  // namespace postern::crypto
