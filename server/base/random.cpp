#include "server/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace postern {

std::uint64_t Random::below(std::uint64_t bound) {
    if (bound <= 1) return 0;
    // Values under `reject` would make the small remainders likelier than the others.
    const std::uint64_t reject = (0 - bound) % bound;
    for (;;) {
        unsigned char bytes[8];
        fill(bytes);
        std::uint64_t value = 0;
        for (unsigned char byte : bytes) value = value << 8 | byte;
        if (value >= reject) return value % bound;
    }
}

void SystemRandom::fill(std::span<unsigned char> out) {
    while (!out.empty()) {
        const ssize_t got = ::getrandom(out.data(), out.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) std::abort();  // a kernel without randomness: better no server than a guessable one
        out = out.subspan(static_cast<std::size_t>(got));
    }
}

}  // namespace postern
