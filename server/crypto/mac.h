// HMAC-SHA-256 (RFC 2104) without an allocation: for tables that are asked at every request and must not hold what they are
// asked for.
#pragma once

#include <array>
#include <string_view>

namespace postern::crypto {

using Mac = std::array<unsigned char, 32>;

class MacKey {
public:
    explicit MacKey(std::string_view secret);  // at most 64 bytes of it count
    ~MacKey();
    MacKey(const MacKey&) = delete;
    MacKey& operator=(const MacKey&) = delete;

    Mac of(std::string_view message) const;

private:
    std::array<unsigned char, 64> key_{};
};

}  // namespace postern::crypto
