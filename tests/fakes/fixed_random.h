// Random bytes that are the same in every run. Never for anything that must be secret.
#pragma once

#include <mutex>

#include "server/base/random.h"

namespace postern::fakes {

class FixedRandom final : public Random {
public:
    explicit FixedRandom(std::uint64_t seed = 1) : state_(seed) {}

    void fill(std::span<unsigned char> out) override {
        std::lock_guard<std::mutex> hold(mutex_);
        for (unsigned char& byte : out) byte = static_cast<unsigned char>(next() >> 56);
    }

private:
    // splitmix64 (Steele, Lea, Flood 2014): good bytes from any seed, zero too.
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    std::mutex mutex_;
    std::uint64_t state_;
};

}  // namespace postern::fakes
