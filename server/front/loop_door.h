// Inner parts of a loop, for its own two source files only.
#pragma once

#include "server/front/loop.h"

namespace postern::front {

// A Post registered with the poller.
struct Loop::Door {
    Post post;
    std::shared_ptr<http::Handler> counted;  // the post's handler behind the request counter
    bool closed = false;                     // replaced in this very round
};

struct Loop::Bell final : http::Waker {
    explicit Bell(const net::Wakeup& rung) : wakeup(rung) {}
    void wake() const override { wakeup.wake(); }
    const net::Wakeup& wakeup;
};

// Counts requests on their way to the real handler.
class Loop::Counting final : public http::Handler {
public:
    Counting(std::shared_ptr<http::Handler> next, std::atomic<unsigned long long>& requests)
        : next_(std::move(next)), requests_(requests) {}
    http::Response handle(const http::Request& request, const http::Context& context) override {
        requests_.store(requests_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // one writer
        return next_->handle(request, context);
    }
    bool takes_body(const http::Request& request) const override { return next_->takes_body(request); }

private:
    std::shared_ptr<http::Handler> next_;
    std::atomic<unsigned long long>& requests_;
};

}  // namespace postern::front
