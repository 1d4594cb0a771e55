#include "server/crypto/mac.h"

#include <mbedtls/sha256.h>

#include <algorithm>

#include "server/base/secret.h"

namespace postern::crypto {

namespace {

using Block = std::array<unsigned char, 64>;

// SHA-256 of the key, each byte of it xor `pad`, and what follows. None of these calls fails without an engine of hardware.
Mac hash(const Block& key, unsigned char pad, const unsigned char* bytes, std::size_t size) {
    Block block = key;
    for (unsigned char& byte : block) byte ^= pad;
    Mac out{};
    mbedtls_sha256_context context;
    mbedtls_sha256_init(&context);
    (void)mbedtls_sha256_starts(&context, 0);
    (void)mbedtls_sha256_update(&context, block.data(), block.size());
    (void)mbedtls_sha256_update(&context, bytes, size);
    (void)mbedtls_sha256_finish(&context, out.data());
    mbedtls_sha256_free(&context);
    wipe(block.data(), block.size());
    return out;
}

}  // namespace

MacKey::MacKey(std::string_view secret) { std::copy_n(secret.begin(), std::min(secret.size(), key_.size()), key_.begin()); }

MacKey::~MacKey() { wipe(key_.data(), key_.size()); }

Mac MacKey::of(std::string_view message) const {
    const Mac inner = hash(key_, 0x36, reinterpret_cast<const unsigned char*>(message.data()), message.size());
    return hash(key_, 0x5c, inner.data(), inner.size());
}

}  // namespace postern::crypto
