#include "firmware/housekeeper.h"

#include <utility>

namespace postern {

void Housekeeper::add(std::function<void()> work) { works_.push_back(std::move(work)); }

void Housekeeper::start() {
    if (!thread_.joinable()) thread_ = Thread::start_or_end([this] { loop(); });
}

void Housekeeper::loop() {
    for (;;) {
        for (const auto& work : works_) work();
        std::unique_lock<std::mutex> hold(mutex_);
        if (changed_.wait_for(hold, round_, [this] { return stopped_; })) return;
    }
}

void Housekeeper::stop() {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

}  // namespace postern
