#include "server/front/residents.h"

namespace postern::front {

Millis Residents::until_next(SteadyTime now) const {
    Millis soonest(-1);
    for (const auto& resident : all_) {
        const Millis wait = resident->until_next(now);
        if (wait.count() >= 0 && (soonest.count() < 0 || wait < soonest)) soonest = wait;
    }
    return soonest;
}

void Residents::end_turn() {
    for (std::size_t i = all_.size(); i-- > 0;) {
        all_[i]->expire(space_.now);
        if (all_[i].use_count() > 1) continue;  // after a reload its handlers are gone, once their last connection is
        all_[i]->leave();
        all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    graveyard_.clear();
}

void Residents::leave() {
    for (const auto& resident : all_) resident->leave();
    all_.clear();
    graveyard_.clear();
}

}  // namespace postern::front
