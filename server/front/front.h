// All that faces the network: the listeners, the loops that serve them, and their orderly end. Used by firmware/compose.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/result.h"
#include "server/front/endpoint.h"
#include "server/front/stats.h"
#include "server/net/listener.h"

namespace postern::front {

class AccessLog;
class Loop;

struct FrontOptions {
    int loops = 1;          // at least 1
    Admission admission;
    std::shared_ptr<AccessLog> access{};  // null: requests are not noted
    http::AnswerBook* answers = nullptr;  // not owned, outlives the front; null: answers are not counted
};

class Front {
public:
    // Binds every address (so do this before privileges are dropped) and makes the handlers; serves nobody yet.
    // On failure nothing stays bound.
    static Result<std::unique_ptr<Front>> open(const Clock& clock, Log& log, FrontOptions options,
                                               std::vector<Endpoint> endpoints);
    ~Front();  // stops at once

    Result<void> start();

    // After a reload. Addresses that stay keep their sockets, new ones are bound first, those no longer named are closed;
    // one that is in the way of a new one ([::]:443 where 0.0.0.0:443 was) closes first, and opens again if that was in
    // vain. On failure everything stays as it was. Connections keep what they began with.
    Result<void> replace(const std::vector<Endpoint>& endpoints);

    // Stops accepting, finishes what is being answered, closes the rest after `limit`. Returns when all is closed.
    void drain(Millis limit);

    Stats stats() const;
    struct Listening {
        std::string kind;
        net::Address address;  // with the port that the kernel chose, if it did
    };
    std::vector<Listening> listening() const;  // from any thread

private:
    struct Bound;
    Front(const Clock& clock, Log& log, const FrontOptions& options);
    Result<std::vector<Bound>> bind_all(std::vector<Endpoint> endpoints) const;
    std::vector<std::shared_ptr<net::Listener>> listeners_kept(const net::Address& address, std::size_t count,
                                                               const std::vector<Bound>& next) const;
    Result<std::vector<Bound>> bind_in_place_of_old(const std::vector<Endpoint>& endpoints);
    bool let_go(const std::vector<std::size_t>& old, std::vector<std::weak_ptr<net::Listener>>& leaving);
    void take_back(const std::vector<std::size_t>& old, const std::vector<std::weak_ptr<net::Listener>>& leaving);
    void set_bound(std::vector<Bound> next);
    void hand_out();

    const Clock& clock_;
    Log& log_;
    FrontOptions options_;
    mutable std::mutex mutex_;  // of bound_, which a loop may ask for while it is replaced, or drained
    std::vector<Bound> bound_;
    std::vector<std::unique_ptr<Loop>> loops_;
};

}  // namespace postern::front
