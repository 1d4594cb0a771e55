// Randomness behind an interface: tokens, jitter, serial numbers. Keys come from server/crypto, not from here.
#pragma once

#include <cstdint>
#include <span>

namespace postern {

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<unsigned char> out) = 0;  // cannot fail: the process ends rather than guess

    std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); bound >= 1
};

// getrandom(2); blocks only before the kernel's pool is first seeded. Thread-safe.
class SystemRandom final : public Random {
public:
    void fill(std::span<unsigned char> out) override;
};

}  // namespace postern
