// The arithmetic of AES-GCM (NIST SP 800-38D) for CPUs with instructions for it. For gcm_one_shot.cpp alone, which has asked the CPU.
#pragma once

#include <cstddef>

namespace postern::crypto::accel {

struct GcmKey {
    const unsigned char* round_keys;  // of AES, 16 bytes each
    std::size_t rounds;               // 10, 12 or 14
    const unsigned char* h;           // the block of zeros, enciphered
};

// A nonce of 12 bytes, a tag of 16. `in` and `out` are one buffer or two that are apart; below 64 GB less 32 bytes.
void run_gcm(const GcmKey& key, bool decrypts, const unsigned char* nonce, const unsigned char* add, std::size_t add_size,
             const unsigned char* in, unsigned char* out, std::size_t size, unsigned char* tag);

}  // namespace postern::crypto::accel
