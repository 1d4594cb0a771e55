// AES and carry-less products on ARMv8 in 64 bits: AES, PMULL. For gcm_core.cpp alone, which is compiled for CPUs that have them:
// from the end of the includes here to the end of that file, or the linker might take what they bring along for everybody's.
#pragma once

#include <arm_neon.h>

#include <cstddef>

#include "server/crypto/accel/block.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("aes"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("+crypto")
#endif

namespace postern::crypto::accel {

inline poly64x2_t halves(Block block) { return reinterpret_cast<poly64x2_t>(block); }
inline uint8x16_t native(Block block) { return reinterpret_cast<uint8x16_t>(block); }
inline Block block_of(uint8x16_t value) { return reinterpret_cast<Block>(value); }

// Of the low halves, of the high halves, and the sum of one half with the other's other.
inline Block product_low(Block a, Block b) {
    return block_of(vreinterpretq_u8_p128(vmull_p64(vgetq_lane_p64(halves(a), 0), vgetq_lane_p64(halves(b), 0))));
}
inline Block product_high(Block a, Block b) { return block_of(vreinterpretq_u8_p128(vmull_high_p64(halves(a), halves(b)))); }
inline Block product_cross(Block a, Block b) {
    const Block other = __builtin_shufflevector(b, b, 1, 0);
    return product_low(a, other) ^ product_high(a, other);
}

// AES with the round keys `keys`: what comes before round 1, round r, and the last one. A key is added at the start of the round
// that follows its own; the last one has none behind it.
inline Block before_rounds(Block block, const Block*) { return block; }
inline Block one_round(Block block, const Block* keys, std::size_t r) {
    return block_of(vaesmcq_u8(vaeseq_u8(native(block), native(keys[r - 1]))));
}
inline Block last_round(Block block, const Block* keys, std::size_t r) {
    return block_of(vaeseq_u8(native(block), native(keys[r - 1]))) ^ keys[r];
}

}  // namespace postern::crypto::accel
