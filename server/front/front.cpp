#include "server/front/front.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "server/front/front_bound.h"
#include "server/front/loop.h"

namespace postern::front {

Front::Front(const Clock& clock, Log& log, const FrontOptions& options) : clock_(clock), log_(log), options_(options) {}

Front::~Front() = default;  // the loops stop and join on their own

namespace {

// With SO_REUSEPORT another server of the same user would bind beside us unnoticed: ask for the address alone first.
Result<void> ensure_free(const net::Address& address) {
    TRY(net::Listener probe, net::Listener::open(address, {}));
    (void)probe;
    return {};
}

}  // namespace

Result<std::vector<std::shared_ptr<net::Listener>>> open_listeners(const Endpoint& endpoint, std::size_t count) {
    net::ListenOptions options;
    options.unix_mode = endpoint.unix_mode;
    options.shared = count > 1;
    if (options.shared) TRY_VOID(ensure_free(endpoint.address));
    std::vector<std::shared_ptr<net::Listener>> listeners;
    net::Address address = endpoint.address;
    for (std::size_t i = 0; i < count; i++) {
        TRY(net::Listener listener, net::Listener::open(address, options));
        listeners.push_back(std::make_shared<net::Listener>(std::move(listener)));
        address = listeners.front()->address();  // port 0: the first one's choice is everybody's
    }
    return listeners;
}

// Those that serve `address` already and that no endpoint of `next` has taken: several may ask for port 0.
std::vector<std::shared_ptr<net::Listener>> Front::listeners_kept(const net::Address& address, std::size_t count,
                                                                  const std::vector<Bound>& next) const {
    for (const Bound& old : bound_) {
        if (old.listeners.empty()) continue;  // let go just now
        bool wanted = old.endpoint.address == address || old.listeners.front()->address() == address;
        bool taken = std::any_of(next.begin(), next.end(), [&](const Bound& other) { return other.listeners.front() == old.listeners.front(); });
        if (wanted && !taken && old.listeners.size() == count) return old.listeners;
    }
    return {};
}

Result<std::vector<Front::Bound>> Front::bind_all(std::vector<Endpoint> endpoints) const {
    std::vector<Bound> next;
    for (Endpoint& endpoint : endpoints) {
        Bound bound;
        // a unix socket has one name in the file system, and so one listener
        bool spread = endpoint.spread && endpoint.address.family() != AF_UNIX;
        std::size_t count = spread ? static_cast<std::size_t>(options_.loops) : 1;
        bound.listeners = listeners_kept(endpoint.address, count, next);
        if (bound.listeners.empty()) {
            TRY(bound.listeners, open_listeners(endpoint, count));
        }
        for (std::size_t i = 0; i < count; i++) {
            TRY(std::shared_ptr<http::Handler> handler, endpoint.make_handler(i));
            bound.handlers.push_back(std::move(handler));
        }
        bound.endpoint = std::move(endpoint);
        next.push_back(std::move(bound));
    }
    return next;
}

Result<std::unique_ptr<Front>> Front::open(const Clock& clock, Log& log, FrontOptions options, std::vector<Endpoint> endpoints) {
    options.loops = std::max(options.loops, 1);
    std::unique_ptr<Front> front(new Front(clock, log, options));
    TRY(front->bound_, front->bind_all(std::move(endpoints)));
    return front;
}

Result<void> Front::start() {
    auto clients = std::make_shared<ClientTable>();
    std::size_t loops = static_cast<std::size_t>(options_.loops);
    auto places = std::make_shared<Places>(std::max<std::size_t>(options_.admission.max_connections, 1), loops);
    for (std::size_t i = 0; i < loops; i++) {
        TRY(std::unique_ptr<Loop> loop,
            Loop::make({clock_, log_, clients, places, options_.admission.max_per_client, options_.admission.max_held_open / loops, options_.access}));
        loops_.push_back(std::move(loop));
    }
    hand_out();
    for (auto& loop : loops_) loop->start();
    return {};
}

void Front::hand_out() {
    for (std::size_t i = 0; i < loops_.size(); i++) {
        std::vector<Post> posts;
        for (const Bound& bound : bound_) {
            if (i >= bound.listeners.size()) continue;
            const bool counted = options_.answers != nullptr && !bound.endpoint.site.empty();
            posts.push_back({bound.listeners[i], bound.endpoint.tls, bound.handlers[i], bound.endpoint.max_body,
                             counted ? &options_.answers->of(bound.endpoint.site, i) : nullptr, bound.endpoint.tells_local, bound.endpoint.refusal,
                             bound.endpoint.trusted});
        }
        loops_[i]->serve(std::move(posts));
    }
}

Result<void> Front::replace(const std::vector<Endpoint>& endpoints) {
    Result<std::vector<Bound>> next = bind_all(endpoints);
    if (!next.ok() && next.error().number() == EADDRINUSE) next = bind_in_place_of_old(endpoints);
    if (!next.ok()) return std::move(next).error();
    set_bound(std::move(next).value());
    hand_out();
    return {};
}

void Front::set_bound(std::vector<Bound> next) {
    std::lock_guard<std::mutex> hold(mutex_);
    bound_ = std::move(next);
}

void Front::drain(Millis limit) {
    for (auto& loop : loops_) loop->drain(limit);
    set_bound({});  // the sockets close when the loops let go: who comes now is refused, not left waiting in a backlog
    for (auto& loop : loops_) loop->join();
}

Stats Front::stats() const {
    Stats total;
    for (const auto& loop : loops_) loop->add_to(total);
    return total;
}

std::vector<Front::Listening> Front::listening() const {
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<Listening> all;
    for (const Bound& bound : bound_) all.push_back({bound.endpoint.kind, bound.listeners.front()->address()});
    return all;
}

}  // namespace postern::front
