// Sixteen bytes in a vector register, and what compilers do with them on every CPU. For gcm_core.cpp and its instructions_*.h alone.
#pragma once

#include <cstdint>

namespace postern::crypto::accel {

typedef std::uint64_t Block __attribute__((vector_size(16)));  // the low half first
typedef unsigned char Bytes __attribute__((vector_size(16)));
typedef std::uint32_t Words __attribute__((vector_size(16)));

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

}  // namespace postern::crypto::accel
