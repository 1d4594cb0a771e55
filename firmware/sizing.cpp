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

// That connections and their answers may have.
std::size_t descriptors() {
    struct rlimit limit {};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 2 * kMost;
    return limit.rlim_cur > kOwnDescriptors ? limit.rlim_cur - kOwnDescriptors : 0;
}

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
    // a connection may hold a file besides its socket
    return std::max(std::min(most, descriptors() * 2 / 3), kLeast);
}

// Half of what the connections leave: the other half is for the first file of each.
std::size_t default_held_open(std::size_t connections) {
    const std::size_t all = descriptors();
    return std::max(std::min((all - std::min(all, connections)) / 2, connections / 2), kLeast);
}

}  // namespace postern
