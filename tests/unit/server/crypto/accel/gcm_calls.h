// A key of AES-GCM and mbedTLS's two calls for a text in one go, with strings. What they compute with is whatever was linked.
#pragma once

#include <doctest.h>
#include <mbedtls/gcm.h>

#include <string>
#include <string_view>
#include <utility>

namespace postern::crypto {

inline const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
inline unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

inline std::string from_hex(std::string_view hex) {
    std::string out;
    auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) out += static_cast<char>(nibble(hex[i]) * 16 + nibble(hex[i + 1]));
    return out;
}

struct Key {
    explicit Key(std::string_view key) {
        mbedtls_gcm_init(&context);
        CHECK(mbedtls_gcm_setkey(&context, MBEDTLS_CIPHER_ID_AES, bytes(key), static_cast<unsigned>(key.size() * 8)) == 0);
    }
    ~Key() { mbedtls_gcm_free(&context); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    mbedtls_gcm_context context;
};

struct Sealed {
    std::string text, tag;
    bool operator==(const Sealed&) const = default;
};

inline Sealed seal(Key& key, std::string_view nonce, std::string_view add, std::string_view text, std::size_t tag_size = 16) {
    Sealed sealed{std::string(text.size(), '\0'), std::string(tag_size, '\0')};
    CHECK(mbedtls_gcm_crypt_and_tag(&key.context, MBEDTLS_GCM_ENCRYPT, text.size(), bytes(nonce), nonce.size(), bytes(add), add.size(),
                                    bytes(text), bytes(sealed.text), tag_size, bytes(sealed.tag)) == 0);
    return sealed;
}

// Where it cannot be opened: the code, and whatever stands in the buffer.
inline std::pair<int, std::string> open(Key& key, std::string_view nonce, std::string_view add, const Sealed& sealed) {
    std::string text(sealed.text.size(), 'x');
    const int code = mbedtls_gcm_auth_decrypt(&key.context, sealed.text.size(), bytes(nonce), nonce.size(), bytes(add), add.size(),
                                              bytes(std::string_view(sealed.tag)), sealed.tag.size(),
                                              bytes(std::string_view(sealed.text)), bytes(text));
    return {code, text};
}

}  // namespace postern::crypto
