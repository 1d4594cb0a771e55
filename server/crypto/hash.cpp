#include "server/crypto/hash.h"

#include <mbedtls/md.h>

#include <cassert>

namespace postern::crypto {

namespace {

constexpr std::size_t kSize = 32;

const mbedtls_md_info_t* algorithm() {
    return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* room_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string sha256(std::string_view bytes) {
    std::string hash(kSize, '\0');
    [[maybe_unused]] const int code = mbedtls_md(algorithm(), bytes_of(bytes), bytes.size(), room_of(hash));
    assert(code == 0);  // fails only where SHA-256 was not compiled in
    return hash;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
    std::string mac(kSize, '\0');
    [[maybe_unused]] const int code = mbedtls_md_hmac(algorithm(), bytes_of(key), key.size(), bytes_of(message),
                                                      message.size(), room_of(mac));
    assert(code == 0);
    return mac;
}

}  // namespace postern::crypto
