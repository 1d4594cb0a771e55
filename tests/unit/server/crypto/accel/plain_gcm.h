// AES-GCM by the letter of NIST SP 800-38D, one bit at a time: slow, and with nothing in common with what it is compared with but
// mbedTLS's AES for single blocks. The hash's key may be another than the standard's, to try those that no AES key leads to.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/unit/server/crypto/accel/gcm_calls.h"

namespace postern::crypto {

using Bits = std::array<unsigned char, 16>;  // an element of GF(2^128), the first bit that of x^0

Bits product_of(const Bits& a, const Bits& b);
Bits inverse_of(const Bits& a);

class PlainGcm {
public:
    explicit PlainGcm(std::string_view key);
    void set_hash_key(const Bits& h) { h_ = h; }

    Sealed seal(std::string_view nonce, std::string_view add, std::string_view text, std::size_t tag_size = 16) const;
    // A nonce of 16 bytes from which the counters start at this block.
    std::string nonce_for(const Bits& first_counter) const;

private:
    Bits enciphered(const Bits& block) const;
    Bits hash(std::string_view add, std::string_view text) const;

    std::string key_;
    Bits h_;
};

}  // namespace postern::crypto
