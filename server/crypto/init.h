// Starts mbedTLS's PSA layer; the first thing the process does. Everything in crypto, tls and the ACME transport needs it.
#pragma once

#include "server/base/result.h"

namespace postern::crypto {

Result<void> init();  // idempotent, thread-safe; fails when the kernel gives no entropy

// In words, for an mbedTLS return code: "X509 - certificate verification failed (-0x2700)" or at least the number.
std::string describe(int mbedtls_code);

}  // namespace postern::crypto
