// Eight blocks at a time, the hash of eight beside the cipher of the next eight. No branch and no index depends on a secret.
//
// GHASH is computed as POLYVAL of the reversed blocks (RFC 8452 appendix A): products need no shifting then, and one reduction
// does for eight of them.
#include "server/crypto/accel/gcm_core.h"

#include <immintrin.h>
#include <mbedtls/platform_util.h>

#include <cstdint>
#include <cstring>

// From here on, and for nothing that an include brings along: the linker might take what is compiled here for everybody's.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("aes,pclmul,ssse3,sse4.1"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("aes,pclmul,ssse3,sse4.1")
#endif

namespace postern::crypto::accel {

namespace {

using Block = __m128i;

constexpr std::size_t kBlock = 16, kWide = 8, kNonce = 12;

Block load(const unsigned char* from) { return _mm_loadu_si128(reinterpret_cast<const Block*>(from)); }
void store(unsigned char* into, Block block) { _mm_storeu_si128(reinterpret_cast<Block*>(into), block); }

Block reversed(Block block) {
    return _mm_shuffle_epi8(block, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

// Times x, modulo x^128 + x^127 + x^126 + x^121 + 1.
Block times_x(Block h) {
    const Block carry = _mm_srli_epi64(h, 63);
    const Block shifted = _mm_or_si128(_mm_slli_epi64(h, 1), _mm_slli_si128(carry, 8));
    const Block top = _mm_shuffle_epi32(_mm_sub_epi64(_mm_setzero_si128(), _mm_srli_si128(carry, 8)), 0x44);
    return _mm_xor_si128(shifted, _mm_and_si128(top, _mm_set_epi64x(static_cast<long long>(0xc200000000000000ull), 1)));
}

// A sum of products that is not reduced yet.
struct Sum {
    Block low, middle, high;
};

void add_product(Sum& sum, Block a, Block b) {
    sum.low = _mm_xor_si128(sum.low, _mm_clmulepi64_si128(a, b, 0x00));
    sum.high = _mm_xor_si128(sum.high, _mm_clmulepi64_si128(a, b, 0x11));
    sum.middle = _mm_xor_si128(sum.middle, _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x10), _mm_clmulepi64_si128(a, b, 0x01)));
}

Block reduced(const Sum& sum) {
    const Block poly = _mm_set_epi64x(static_cast<long long>(0xc200000000000000ull), 1);
    Block low = _mm_xor_si128(sum.low, _mm_slli_si128(sum.middle, 8));
    for (int i = 0; i < 2; ++i) low = _mm_xor_si128(_mm_clmulepi64_si128(low, poly, 0x10), _mm_shuffle_epi32(low, 78));
    return _mm_xor_si128(_mm_xor_si128(sum.high, _mm_srli_si128(sum.middle, 8)), low);
}

Block product(Block a, Block b) {
    Sum sum{_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
    add_product(sum, a, b);
    return reduced(sum);
}

// One message under one key.
class Gcm {
public:
    Gcm(const GcmKey& key, std::size_t size) : rounds_(key.rounds) {
        for (std::size_t i = 0; i <= rounds_; ++i) keys_[i] = load(key.round_keys + kBlock * i);
        powers_[0] = times_x(reversed(load(key.h)));
        if (size < kWide * kBlock) return;  // they take 0.1 us
        for (std::size_t i = 1; i < kWide; ++i) powers_[i] = product(powers_[i - 1], powers_[0]);
    }
    ~Gcm() { mbedtls_platform_zeroize(this, sizeof *this); }
    Gcm(const Gcm&) = delete;
    Gcm& operator=(const Gcm&) = delete;

    void begin(const unsigned char* iv, const unsigned char* add, std::size_t add_size) {
        unsigned char first[kBlock] = {};
        std::memcpy(first, iv, kNonce);
        counter_block_ = load(first);
        mask_ = one_key_block(1);
        hash_ = _mm_setzero_si128();
        absorb_all(add, add_size);
    }

    // In place or apart.
    void run(bool decrypts, const unsigned char* in, unsigned char* out, std::size_t size) {
        const unsigned char* unhashed = nullptr;  // eight blocks of what was encrypted before
        for (; size >= kWide * kBlock; size -= kWide * kBlock, in += kWide * kBlock, out += kWide * kBlock) {
            wide(decrypts ? in : unhashed, in, out);
            unhashed = out;
        }
        if (!decrypts && unhashed != nullptr) absorb_wide(unhashed);
        for (; size > 0;) {
            const std::size_t part = size < kBlock ? size : kBlock;
            narrow(decrypts, in, out, part);
            size -= part;
            in += part;
            out += part;
        }
    }

    void finish(std::uint64_t add_size, std::uint64_t size, unsigned char* tag) {
        const std::uint64_t add_bits = add_size * 8, bits = size * 8;
        absorb(_mm_set_epi64x(static_cast<long long>(add_bits), static_cast<long long>(bits)));
        store(tag, _mm_xor_si128(reversed(hash_), mask_));
    }

private:
    Block counter(std::uint32_t number) const {
        return _mm_insert_epi32(counter_block_, static_cast<int>(__builtin_bswap32(number)), 3);
    }

    Block one_key_block(std::uint32_t number) const {
        Block block = _mm_xor_si128(counter(number), keys_[0]);
        for (std::size_t r = 1; r < rounds_; ++r) block = _mm_aesenc_si128(block, keys_[r]);
        return _mm_aesenclast_si128(block, keys_[rounds_]);
    }

    void absorb(Block reversed_block) { hash_ = product(_mm_xor_si128(hash_, reversed_block), powers_[0]); }

    void absorb_part(const unsigned char* bytes, std::size_t size) {
        unsigned char whole[kBlock] = {};
        std::memcpy(whole, bytes, size);
        absorb(reversed(load(whole)));
    }

    void absorb_all(const unsigned char* bytes, std::size_t size) {
        for (; size > 0;) {
            const std::size_t part = size < kBlock ? size : kBlock;
            absorb_part(bytes, part);
            size -= part;
            bytes += part;
        }
    }

    void absorb_wide(const unsigned char* bytes) {
        Sum sum{_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
        for (std::size_t i = 0; i < kWide; ++i) add_product(sum, hashed_block(bytes, i), powers_[kWide - 1 - i]);
        hash_ = reduced(sum);
    }

    // Block `i` of eight, the hash so far in the first.
    Block hashed_block(const unsigned char* bytes, std::size_t i) const {
        const Block block = reversed(load(bytes + kBlock * i));
        return i == 0 ? _mm_xor_si128(block, hash_) : block;
    }

    // Eight blocks of key stream onto `in`, and eight blocks of cipher text into the hash, where there are any: neither waits for
    // the other.
    void wide(const unsigned char* hashed, const unsigned char* in, unsigned char* out) {
        Block blocks[kWide];
        for (std::size_t i = 0; i < kWide; ++i) blocks[i] = _mm_xor_si128(counter(next_ + static_cast<std::uint32_t>(i)), keys_[0]);
        next_ += kWide;
        Sum sum{_mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128()};
        for (std::size_t r = 1; r < rounds_; ++r) {
            for (Block& block : blocks) block = _mm_aesenc_si128(block, keys_[r]);
            if (hashed != nullptr && r <= kWide) add_product(sum, hashed_block(hashed, r - 1), powers_[kWide - r]);
        }
        if (hashed != nullptr) hash_ = reduced(sum);
        for (std::size_t i = 0; i < kWide; ++i)
            blocks[i] = _mm_xor_si128(_mm_aesenclast_si128(blocks[i], keys_[rounds_]), load(in + kBlock * i));
        for (std::size_t i = 0; i < kWide; ++i) store(out + kBlock * i, blocks[i]);
    }

    void narrow(bool decrypts, const unsigned char* in, unsigned char* out, std::size_t size) {
        unsigned char stream[kBlock];
        store(stream, one_key_block(next_++));
        if (decrypts) absorb_part(in, size);
        for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(in[i] ^ stream[i]);
        if (!decrypts) absorb_part(out, size);
        mbedtls_platform_zeroize(stream, sizeof stream);
    }

    Block keys_[15];
    Block powers_[kWide];  // of H, from the first on
    Block counter_block_, mask_, hash_;
    std::size_t rounds_ = 0;
    std::uint32_t next_ = 2;
};

}  // namespace

void run_gcm(const GcmKey& key, bool decrypts, const unsigned char* nonce, const unsigned char* add, std::size_t add_size,
             const unsigned char* in, unsigned char* out, std::size_t size, unsigned char* tag) {
    Gcm gcm(key, size);
    gcm.begin(nonce, add, add_size);
    gcm.run(decrypts, in, out, size);
    gcm.finish(add_size, size, tag);
}

}  // namespace postern::crypto::accel

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
