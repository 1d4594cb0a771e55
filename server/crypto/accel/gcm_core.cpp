// Eight blocks at a time, the hash of eight beside the cipher of the next eight. No branch and no index depends on a secret.
//
// GHASH is computed as POLYVAL of the reversed blocks (RFC 8452 appendix A): products need no shifting then, and one reduction
// does for eight of them.
#include "server/crypto/accel/gcm_core.h"

#include <mbedtls/platform_util.h>

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include "server/crypto/accel/instructions_x86.h"
#else
#include "server/crypto/accel/instructions_arm.h"
#endif

namespace postern::crypto::accel {

namespace {

constexpr std::size_t kBlock = 16, kWide = 8, kNonce = 12;
constexpr std::uint64_t kPoly = 0xc200000000000000;
constexpr Block kZero = {0, 0};

Block load(const unsigned char* from) {
    Block block;
    std::memcpy(&block, from, sizeof block);
    return block;
}

void store(unsigned char* into, Block block) { std::memcpy(into, &block, sizeof block); }

Block reversed(Block block) {
    const Bytes bytes = reinterpret_cast<Bytes>(block);
    return reinterpret_cast<Block>(__builtin_shufflevector(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
}

Block swapped(Block block) { return __builtin_shufflevector(block, block, 1, 0); }
Block up_by_half(Block block) { return __builtin_shufflevector(kZero, block, 0, 2); }
Block down_by_half(Block block) { return __builtin_shufflevector(block, kZero, 1, 2); }

// Times x, modulo x^128 + x^127 + x^126 + x^121 + 1.
Block times_x(Block h) {
    const Block carry = h >> 63, poly = {1, kPoly};
    const Block top = kZero - __builtin_shufflevector(carry, carry, 1, 1);
    return (h << 1) ^ up_by_half(carry) ^ (top & poly);
}

// A sum of products that is not reduced yet.
struct Sum {
    Block low, middle, high;
};

void add_product(Sum& sum, Block a, Block b) {
    sum.low ^= product_low(a, b);
    sum.high ^= product_high(a, b);
    sum.middle ^= product_cross(a, b);
}

Block reduced(const Sum& sum) {
    const Block poly = {kPoly, 0};
    Block low = sum.low ^ up_by_half(sum.middle);
    for (int i = 0; i < 2; ++i) low = product_low(low, poly) ^ swapped(low);
    return sum.high ^ down_by_half(sum.middle) ^ low;
}

Block product(Block a, Block b) {
    Sum sum{kZero, kZero, kZero};
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
        hash_ = kZero;
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
        absorb(Block{size * 8, add_size * 8});
        store(tag, reversed(hash_) ^ mask_);
    }

private:
    Block counter(std::uint32_t number) const {
        Words words = reinterpret_cast<Words>(counter_block_);
        words[3] = __builtin_bswap32(number);
        return reinterpret_cast<Block>(words);
    }

    Block one_key_block(std::uint32_t number) const {
        Block block = before_rounds(counter(number), keys_);
        for (std::size_t r = 1; r < rounds_; ++r) block = one_round(block, keys_, r);
        return last_round(block, keys_, rounds_);
    }

    void absorb(Block reversed_block) { hash_ = product(hash_ ^ reversed_block, powers_[0]); }

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
        Sum sum{kZero, kZero, kZero};
        for (std::size_t i = 0; i < kWide; ++i) add_product(sum, hashed_block(bytes, i), powers_[kWide - 1 - i]);
        hash_ = reduced(sum);
    }

    // Block `i` of eight, the hash so far in the first.
    Block hashed_block(const unsigned char* bytes, std::size_t i) const {
        const Block block = reversed(load(bytes + kBlock * i));
        return i == 0 ? block ^ hash_ : block;
    }

    // Eight blocks of key stream onto `in`, and eight blocks of cipher text into the hash, where there are any: neither waits for
    // the other.
    void wide(const unsigned char* hashed, const unsigned char* in, unsigned char* out) {
        Block blocks[kWide];  // in registers, once the loops over them are unrolled; through memory it takes 1.6 times as long
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kWide; ++i) blocks[i] = before_rounds(counter(next_ + static_cast<std::uint32_t>(i)), keys_);
        next_ += kWide;
        Sum sum{kZero, kZero, kZero};
        for (std::size_t r = 1; r < rounds_; ++r) {
#pragma GCC unroll 8
            for (Block& block : blocks) block = one_round(block, keys_, r);
            if (hashed != nullptr && r <= kWide) add_product(sum, hashed_block(hashed, r - 1), powers_[kWide - r]);
        }
        if (hashed != nullptr) hash_ = reduced(sum);
#pragma GCC unroll 8
        for (std::size_t i = 0; i < kWide; ++i) blocks[i] = last_round(blocks[i], keys_, rounds_) ^ load(in + kBlock * i);
#pragma GCC unroll 8
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
