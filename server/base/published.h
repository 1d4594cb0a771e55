// Published<T>: the one way by which threads hand each other immutable state: certificates, configuration, status.
// A writer replaces the whole value, readers keep what they took. (std::atomic<std::shared_ptr> races under
// TSan in libstdc++ 12, hence the mutex.)
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace postern {

template <typename T>
class Published {
public:
    Published() = default;
    explicit Published(std::shared_ptr<const T> first) : value_(std::move(first)) {}

    std::shared_ptr<const T> get() const {
        std::lock_guard<std::mutex> hold(mutex_);
        return value_;
    }

    void set(std::shared_ptr<const T> next) {
        {
            std::lock_guard<std::mutex> hold(mutex_);
            value_.swap(next);
        }
        version_.fetch_add(1, std::memory_order_release);
        // the value replaced dies here, outside the lock
    }

    // Grows with every set(): a cheap "has anything changed?" for hot paths that keep their own copy.
    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_;
    std::atomic<std::uint64_t> version_{0};
};

}  // namespace postern
