#include "server/crypto/accel/cpu.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace postern::crypto::accel {

namespace {

bool ask() {
#if defined(__aarch64__)
    constexpr unsigned long kNeeded = HWCAP_ASIMD | HWCAP_AES | HWCAP_PMULL;
    return (getauxval(AT_HWCAP) & kNeeded) == kNeeded;
#else
    return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("ssse3") &&
           __builtin_cpu_supports("sse4.1");
#endif
}

}  // namespace

bool cpu_has_gcm() {
    static const bool has = ask();
    return has;
}

}  // namespace postern::crypto::accel
