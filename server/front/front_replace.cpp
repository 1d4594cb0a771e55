// The part of a reload in which an old address is in the way of a new one. Only for what the kernel has called taken: where
// the port needs a privilege that is gone, the refusal came before, and nothing was closed.
#include <algorithm>
#include <thread>

#include "server/base/limits.h"
#include "server/front/front_bound.h"

namespace postern::front {

namespace {

using Leaving = std::vector<std::weak_ptr<net::Listener>>;

bool names(const Endpoint& endpoint, const net::Address& old, const net::Address& old_bound) {
    return endpoint.address == old || endpoint.address == old_bound;
}

bool all_gone(const Leaving& leaving) {
    return std::all_of(leaving.begin(), leaving.end(), [](const auto& listener) { return listener.expired(); });
}

}  // namespace

// Takes them from the loops and waits, a turn of each, until they have closed.
bool Front::let_go(const std::vector<std::size_t>& old, Leaving& leaving) {
    for (std::size_t i : old) {
        leaving.insert(leaving.end(), bound_[i].listeners.begin(), bound_[i].listeners.end());
        bound_[i].listeners.clear();
    }
    hand_out();
    const SteadyTime until = clock_.steady() + limits::kReleaseTime;
    while (!all_gone(leaving) && clock_.steady() < until) std::this_thread::sleep_for(Millis(1));
    return all_gone(leaving);
}

// `leaving` in the order of let_go(): those that have not gone after all stay, the others are opened again.
void Front::take_back(const std::vector<std::size_t>& old, const Leaving& leaving) {
    std::size_t next = 0;
    for (std::size_t i : old) {
        Bound& bound = bound_[i];
        for (std::size_t k = 0; k < bound.handlers.size(); k++)
            if (auto stayed = leaving[next++].lock()) bound.listeners.push_back(std::move(stayed));
        if (bound.listeners.size() == bound.handlers.size()) continue;
        Result<std::vector<std::shared_ptr<net::Listener>>> opened = open_listeners(bound.endpoint, bound.handlers.size());
        if (opened.ok())
            bound.listeners = std::move(opened).value();
        else
            log_.error("listener_lost", {{"address", bound.endpoint.address.text()}, {"why", opened.error().text()}});
    }
    std::erase_if(bound_, [](const Bound& bound) { return bound.listeners.empty(); });
    hand_out();
}

Result<std::vector<Front::Bound>> Front::bind_in_place_of_old(const std::vector<Endpoint>& endpoints) {
    std::vector<std::size_t> old;
    for (std::size_t i = 0; i < bound_.size(); i++) {
        const net::Address &named = bound_[i].endpoint.address, &bound = bound_[i].listeners.front()->address();
        const bool stays = std::any_of(endpoints.begin(), endpoints.end(), [&](const Endpoint& e) { return names(e, named, bound); });
        const bool in_the_way = std::any_of(endpoints.begin(), endpoints.end(), [&](const Endpoint& e) { return e.address.overlaps(bound); });
        if (stays || !in_the_way) continue;
        bound_[i].endpoint.address = bound;  // should it have to be opened again: with the port that the kernel chose
        old.push_back(i);
    }
    Leaving leaving;
    if (!old.empty() && !let_go(old, leaving)) log_.warn("listener_stays", {{"why", "a loop did not let it go in time"}});
    Result<std::vector<Bound>> next = bind_all(endpoints);
    if (!next.ok() && !old.empty()) take_back(old, leaving);
    return next;
}

}  // namespace postern::front
