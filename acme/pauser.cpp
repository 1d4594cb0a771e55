#include "acme/pauser.h"

namespace postern::acme {

bool ConditionPauser::sleep_until(SteadyTime then) {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait_for(hold, then - clock_.steady(), [&] { return stopped_; });
    return !stopped_;
}

bool ConditionPauser::idle_until(SteadyTime then) {
    std::unique_lock<std::mutex> hold(mutex_);
    changed_.wait_for(hold, then - clock_.steady(), [&] { return stopped_ || woken_; });
    woken_ = false;
    return !stopped_;
}

void ConditionPauser::wake() {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void ConditionPauser::stop() {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        stopped_ = true;
    }
    changed_.notify_all();
}

}  // namespace postern::acme
