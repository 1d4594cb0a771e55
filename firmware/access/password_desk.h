// Where passwords are hashed: one thread of its own, one job at a time, because a job takes a quarter of a second or more
// of a processor and no loop thread may. Whoever asks is called back on that thread, exactly once for each accepted job.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "firmware/access/password_hash.h"
#include "server/base/log.h"
#include "server/base/secret.h"
#include "server/base/thread.h"

namespace postern::access {

struct PasswordDeskParts {
    const Clock& clock;  // all must outlive the desk
    Random& random;
    Log& log;
    // calibrate()'s for this device; 0: not known yet, the desk measures before the first hash that it makes.
    std::uint32_t own_rounds = 0;
    // After a right password whose hash has other rounds than the device's own, once `done` was told: the same password with
    // the device's. To be stored if `old` is still the one in force (AccountFile::rehash). May be empty.
    std::function<void(const PasswordHash& old, const PasswordHash& fresh)> rehashed{};
};

class PasswordDesk {
public:
    static constexpr std::size_t kMostWaiting = 8;  // two seconds' worth; the gate keeps attackers from filling it for long

    explicit PasswordDesk(PasswordDeskParts parts) : parts_(std::move(parts)) {}
    ~PasswordDesk();  // stop()

    void start();
    // Ends the job under way within milliseconds and the thread; what waits is told kStopped. Safe twice; not from a callback.
    void stop();

    // Callbacks run on the desk's thread, may block (to store), may ask the desk again, must not throw and not stop() it.
    // False: too many wait or the desk is stopped; then nobody looked at the password (503, LoginGate::was_untried), and
    // the callback is never called. Any thread.
    [[nodiscard]] bool verify(Secret password, PasswordHash hash, std::function<void(Match)> done);
    // A hash with the device's own rounds, nothing when stopped. The caller has checked the password (password_rules.h).
    [[nodiscard]] bool make(Secret password, std::function<void(std::optional<PasswordHash>)> done);

    std::uint32_t own_rounds() const { return own_rounds_; }  // 0: not measured yet; any thread

private:
    struct Job {
        Secret password;
        std::optional<PasswordHash> hash;  // to be verified; none: to be made
        std::function<void(Match)> verified;
        std::function<void(std::optional<PasswordHash>)> made;
    };
    bool put(Job job);
    std::optional<Job> take();
    void serve(Job& job);
    void verify_now(Job& job);
    std::optional<PasswordHash> make_now(const Secret& password);

    PasswordDeskParts parts_;
    std::atomic<std::uint32_t> own_rounds_{parts_.own_rounds};
    std::atomic<bool> stop_{false};
    Thread thread_;

    std::mutex mutex_;  // of the queue
    std::condition_variable changed_;
    std::deque<Job> waiting_;
};

}  // namespace postern::access
