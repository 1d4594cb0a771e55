// The places for connections in the house, shared by its loops. Most are anybody's; a few each loop has to itself, so that
// one whose neighbours have taken all others still lets somebody in, and has somebody to show out. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>

namespace postern::front {

class Places {
public:
    Places(std::size_t most, std::size_t loops) : reserved_(loops > 1 ? most / (4 * loops) : 0), left_(most - reserved_ * loops) {}

    // `own`: connections that the asking loop has, without the one in question.
    bool take(std::size_t own) {
        if (own < reserved_) return true;
        std::size_t left = left_.load(std::memory_order_relaxed);
        while (left > 0)
            if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) return true;
        return false;
    }
    void give_back(std::size_t own) {
        if (own >= reserved_) left_.fetch_add(1, std::memory_order_relaxed);
    }

private:
    const std::size_t reserved_;  // of each loop
    std::atomic<std::size_t> left_;
};

}  // namespace postern::front
