// AES and carry-less products on x86-64: AES-NI, PCLMULQDQ. For gcm_core.cpp alone, which is compiled for CPUs that have them:
// from the end of the includes here to the end of that file, or the linker might take what they bring along for everybody's.
#pragma once

#include <immintrin.h>

#include <cstddef>

#include "server/crypto/accel/block.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("aes,pclmul,ssse3,sse4.1"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("aes,pclmul,ssse3,sse4.1")
#endif

namespace postern::crypto::accel {

inline __m128i native(Block block) { return reinterpret_cast<__m128i>(block); }
inline Block block_of(__m128i value) { return reinterpret_cast<Block>(value); }

// Of the low halves, of the high halves, and the sum of one half with the other's other.
inline Block product_low(Block a, Block b) { return block_of(_mm_clmulepi64_si128(native(a), native(b), 0x00)); }
inline Block product_high(Block a, Block b) { return block_of(_mm_clmulepi64_si128(native(a), native(b), 0x11)); }
inline Block product_cross(Block a, Block b) {
    return block_of(_mm_clmulepi64_si128(native(a), native(b), 0x10)) ^ block_of(_mm_clmulepi64_si128(native(a), native(b), 0x01));
}

// AES with the round keys `keys`: what comes before round 1, round r, and the last one. A key is added at the end of its round.
inline Block before_rounds(Block block, const Block* keys) { return block ^ keys[0]; }
inline Block one_round(Block block, const Block* keys, std::size_t r) { return block_of(_mm_aesenc_si128(native(block), native(keys[r]))); }
inline Block last_round(Block block, const Block* keys, std::size_t r) {
    return block_of(_mm_aesenclast_si128(native(block), native(keys[r])));
}

}  // namespace postern::crypto::accel
