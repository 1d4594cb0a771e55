// Where the passwords of the sites' visitors are hashed: one thread of its own that begins with the first of them, one job at a
// time, as PasswordDesk is for the admin's. Whoever fills it keeps other visitors waiting, and no loop; the gate sees to it that
// he cannot for long.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "firmware/access/login_gate.h"
#include "server/base/random.h"
#include "server/base/secret.h"
#include "server/base/thread.h"

namespace postern::access {

class VisitorDesk {
public:
    static constexpr std::size_t kMostWaiting = 32;

    VisitorDesk(const Clock& clock, Random& random);
    ~VisitorDesk();  // stop()

    // Ends after the job under way; what waits is never done. Safe twice.
    void stop();
    // Any thread. False: too many wait, or it is stopped; the job is never done then. A job does not throw.
    [[nodiscard]] bool put(std::function<void()> job);

    LoginGate& gate() { return gate_; }  // one for all sites: who guesses at one of them has fewer tries at the others
    const Clock& clock() const { return clock_; }
    // Of this process, for what may be kept of a password that was right.
    std::string_view key() const { return key_.view(); }

private:
    void work();

    const Clock& clock_;
    LoginGate gate_;
    Secret key_;
    std::mutex mutex_;  // of all below
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    Thread thread_;
    bool stopped_ = false;
};

}  // namespace postern::access
