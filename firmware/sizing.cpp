#include "firmware/sizing.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

#include <algorithm>

namespace postern {

namespace {

// The worst that a TLS connection holds: both record buffers (33 kB), an answer of two records that nobody takes (33 kB), a
// buffer of pipelined requests (17 kB), its own state (9 kB). Measured by tests/system/test_connection_cost.py: 78 kB.
constexpr std::size_t kPerConnection = 96 * 1024;
constexpr std::size_t kOwnDescriptors = 64;        // listeners, roots, files being sent, the store
constexpr std::size_t kMost = 65536;
constexpr std::size_t kLeast = 64;

}  // namespace

int default_loops() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    return std::clamp(CPU_COUNT(&allowed), 1, 4);
}

std::size_t default_connections() {
    std::size_t most = kMost;
    struct sysinfo memory {};
    if (sysinfo(&memory) == 0) {  // a quarter of the memory at the most
        std::size_t bytes = static_cast<std::size_t>(memory.totalram) * memory.mem_unit;
        most = std::min(most, bytes / 4 / kPerConnection);
    }
    struct rlimit descriptors {};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur != RLIM_INFINITY) {
        // a connection may hold a file besides its socket
        std::size_t left = descriptors.rlim_cur > kOwnDescriptors ? descriptors.rlim_cur - kOwnDescriptors : 0;
        most = std::min<std::size_t>(most, left * 2 / 3);
    }
    return std::max(most, kLeast);
}

}  // namespace postern
