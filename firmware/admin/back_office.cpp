#include "firmware/admin/back_office.h"

#include <utility>

namespace postern::admin {

BackOffice::~BackOffice() { stop(); }

void BackOffice::start() {
    if (!thread_.joinable()) thread_ = Thread::start_or_end([this] { run(); });
}

void BackOffice::stop() {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool BackOffice::put(std::function<void()> work) {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (stopped_ || waiting_.size() >= kMostWaiting) return false;
        waiting_.push_back(std::move(work));
    }
    changed_.notify_one();
    return true;
}

void BackOffice::run() {
    for (;;) {
        std::unique_lock<std::mutex> hold(mutex_);
        changed_.wait(hold, [&] { return stopped_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const std::function<void()> work = std::move(waiting_.front());
        waiting_.pop_front();
        hold.unlock();
        work();
    }
}

}  // namespace postern::admin
