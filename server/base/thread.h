// A thread, for all who let something run beside them. Like std::thread, which tells by an exception that the system has no
// thread to give; nothing of ours catches one.
#pragma once

#include <pthread.h>

#include <functional>
#include <optional>

#include "server/base/result.h"

namespace postern {

class Thread {
public:
    // kRetry when the system refuses: too many threads, no memory for its stack.
    static Result<Thread> start(std::function<void()> work);
    // For threads that are made with the process, which is nothing without them: a refusal ends it.
    static Thread start_or_end(std::function<void()> work);

    Thread() = default;
    Thread(Thread&& other) noexcept : id_(std::exchange(other.id_, std::nullopt)) {}
    Thread& operator=(Thread&& other) noexcept;
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;
    ~Thread() { join(); }

    bool joinable() const { return id_.has_value(); }
    void join();  // at once when there is none
    void detach();

private:
    std::optional<pthread_t> id_;
};

}  // namespace postern
