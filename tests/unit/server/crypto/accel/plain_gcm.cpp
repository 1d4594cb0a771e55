#include "tests/unit/server/crypto/accel/plain_gcm.h"

#include <mbedtls/aes.h>

#include <algorithm>

namespace postern::crypto {

namespace {

Bits added(Bits a, const Bits& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<unsigned char>(a[i] ^ b[i]);
    return a;
}

bool has_bit(const Bits& bits, std::size_t i) { return (bits[i / 8] >> (7 - i % 8) & 1) != 0; }

// Times x: every bit one place to the right, and what falls out comes back as the polynomial.
Bits moved(const Bits& bits) {
    Bits out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<unsigned char>(bits[i] >> 1 | (i > 0 ? (bits[i - 1] & 1) << 7 : 0));
    if (has_bit(bits, 127)) out[0] ^= 0xe1;
    return out;
}

Bits block_at(std::string_view text, std::size_t at) {
    Bits block{};
    std::copy_n(bytes(text) + at, std::min(text.size() - at, block.size()), block.begin());
    return block;
}

Bits lengths(std::uint64_t first, std::uint64_t second) {
    Bits block{};
    for (std::size_t i = 0; i < 8; ++i) {
        block[7 - i] = static_cast<unsigned char>(first * 8 >> (8 * i));
        block[15 - i] = static_cast<unsigned char>(second * 8 >> (8 * i));
    }
    return block;
}

// The last 32 bits alone count, and begin again at 0.
void count_up(Bits& counter) {
    for (std::size_t i = 16; i-- > 12;)
        if (++counter[i] != 0) return;
}

}  // namespace

Bits product_of(const Bits& a, const Bits& b) {
    Bits sum{}, times = b;
    for (std::size_t i = 0; i < 128; ++i) {
        if (has_bit(a, i)) sum = added(sum, times);
        times = moved(times);
    }
    return sum;
}

// a^(2^128 - 2): all the squares of a from the first on.
Bits inverse_of(const Bits& a) {
    Bits square = a, product{0x80};
    for (int i = 1; i < 128; ++i) {
        square = product_of(square, square);
        product = product_of(product, square);
    }
    return product;
}

PlainGcm::PlainGcm(std::string_view key) : key_(key), h_(enciphered(Bits{})) {}

Bits PlainGcm::enciphered(const Bits& block) const {
    mbedtls_aes_context aes;
    mbedtls_aes_init(&aes);
    Bits out;
    CHECK(mbedtls_aes_setkey_enc(&aes, bytes(std::string_view(key_)), static_cast<unsigned>(key_.size() * 8)) == 0);
    CHECK(mbedtls_aes_crypt_ecb(&aes, MBEDTLS_AES_ENCRYPT, block.data(), out.data()) == 0);
    mbedtls_aes_free(&aes);
    return out;
}

Bits PlainGcm::hash(std::string_view add, std::string_view text) const {
    Bits sum{};
    for (std::string_view part : {add, text})
        for (std::size_t at = 0; at < part.size(); at += 16) sum = product_of(added(sum, block_at(part, at)), h_);
    return product_of(added(sum, lengths(add.size(), text.size())), h_);
}

Sealed PlainGcm::seal(std::string_view nonce, std::string_view add, std::string_view text, std::size_t tag_size) const {
    Bits counter = nonce.size() == 12 ? block_at(nonce, 0) : hash("", nonce);
    if (nonce.size() == 12) counter[15] = 1;
    const Bits mask = enciphered(counter);
    Sealed sealed{std::string(text), {}};
    for (std::size_t at = 0; at < text.size(); at += 16) {
        count_up(counter);
        const Bits stream = enciphered(counter);
        for (std::size_t i = at; i < std::min(at + 16, text.size()); ++i) sealed.text[i] = static_cast<char>(sealed.text[i] ^ stream[i - at]);
    }
    const Bits tag = added(hash(add, sealed.text), mask);
    sealed.tag.assign(tag.begin(), tag.begin() + static_cast<std::ptrdiff_t>(tag_size));
    return sealed;
}

// counter = (nonce * H + lengths) * H, for nonce.
std::string PlainGcm::nonce_for(const Bits& first_counter) const {
    const Bits inverse = inverse_of(h_);
    const Bits nonce = product_of(added(product_of(first_counter, inverse), lengths(0, 16)), inverse);
    return {nonce.begin(), nonce.end()};
}

}  // namespace postern::crypto
