// The one thread of what has to be looked after every few seconds: samples for the history, a heartbeat for pages that listen.
// Whatever is added must be quick and must not wait for a loop.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "server/base/clock.h"
#include "server/base/thread.h"

namespace postern {

class Housekeeper {
public:
    static constexpr Millis kRound{15000};  // half of what a quiet stream may be silent, should a round come late

    explicit Housekeeper(Millis round = kRound) : round_(round) {}
    ~Housekeeper() { stop(); }
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    void add(std::function<void()> work);  // before start(); called on the thread, once a round, in the order of the adding
    void start();
    void stop();  // after the work under way; safe twice

private:
    void loop();

    const Millis round_;
    std::vector<std::function<void()>> works_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false;
    Thread thread_;
};

}  // namespace postern
