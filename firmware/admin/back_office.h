// One thread for what the admin page asks for and a loop must not wait for: writing a file, looking something up.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "server/base/thread.h"

namespace postern::admin {

class BackOffice {
public:
    static constexpr std::size_t kMostWaiting = 64;

    BackOffice() = default;
    ~BackOffice();  // stop()
    BackOffice(const BackOffice&) = delete;
    BackOffice& operator=(const BackOffice&) = delete;

    void start();
    void stop();  // what waits is done before; what is put later is not taken

    // Done in its turn, on the thread. False: too many wait, or it has stopped. Any thread.
    [[nodiscard]] bool put(std::function<void()> work);

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    bool stopped_ = false;
    Thread thread_;
};

}  // namespace postern::admin
