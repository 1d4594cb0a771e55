// The random number generator in the form that mbedTLS asks for: PSA's CTR-DRBG, seeded by the kernel. For server/crypto
// and server/tls.
#pragma once

#include <cstddef>

namespace postern::crypto {

// Pass as f_rng, with nullptr as p_rng. Thread-safe. Precondition: init() has succeeded.
int rng(void* unused, unsigned char* out, std::size_t size);

}  // namespace postern::crypto
