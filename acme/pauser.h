// How the ACME thread waits: an interface, so that tests let years pass without sleeping.
#pragma once

#include <condition_variable>
#include <mutex>

#include "server/base/clock.h"

namespace postern::acme {

class Pauser {
public:
    virtual ~Pauser() = default;
    // Both return false when the thread is to end; a moment in the past returns at once.
    virtual bool sleep_until(SteadyTime then) = 0;  // nothing but stop() cuts it short
    virtual bool idle_until(SteadyTime then) = 0;   // wake() ends it too, even when it came before
    virtual void wake() = 0;
    virtual void stop() = 0;  // for good
};

// The real one. `clock` must be the system's: the waiting itself runs on the machine's steady clock.
class ConditionPauser final : public Pauser {
public:
    explicit ConditionPauser(const Clock& clock) : clock_(clock) {}
    bool sleep_until(SteadyTime then) override;
    bool idle_until(SteadyTime then) override;
    void wake() override;
    void stop() override;

private:
    const Clock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false, stopped_ = false;
};

}  // namespace postern::acme
