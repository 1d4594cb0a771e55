#include "firmware/access/visitor_desk.h"

#include <array>

namespace postern::access {

namespace {

// More than the admin's: many people share a site, and where bcrypt is all that stands in the way 86,400 tries a day are few.
LoginLimits visitors_limits() {
    LoginLimits limits;
    limits.purse = 120;
    limits.purse_grows = Seconds(1);
    limits.known = 256;
    limits.strangers = 1024;  // 120 and 900 can have paid within 15 minutes
    return limits;
}

Secret random_key(Random& random) {
    std::array<unsigned char, 32> bytes{};
    random.fill(bytes);
    Secret key(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    wipe(bytes.data(), bytes.size());
    return key;
}

}  // namespace

VisitorDesk::VisitorDesk(const Clock& clock, Random& random) : clock_(clock), gate_(clock, visitors_limits()), key_(random_key(random)) {}

VisitorDesk::~VisitorDesk() { stop(); }

void VisitorDesk::stop() {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        stopped_ = true;
        waiting_.clear();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

bool VisitorDesk::put(std::function<void()> job) {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (stopped_ || waiting_.size() >= kMostWaiting) return false;
        if (!thread_.joinable()) {
            Result<Thread> started = Thread::start([this] { work(); });
            if (!started.ok()) return false;  // the system has none to give: they may try again
            thread_ = std::move(started).value();
        }
        waiting_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
}

void VisitorDesk::work() {
    std::unique_lock<std::mutex> hold(mutex_);
    for (;;) {
        changed_.wait(hold, [&] { return stopped_ || !waiting_.empty(); });
        if (stopped_) return;
        const std::function<void()> job = std::move(waiting_.front());
        waiting_.pop_front();
        hold.unlock();
        job();
        hold.lock();
    }
}

}  // namespace postern::access
