#include "acme/known_clock.h"

#include <algorithm>
#include <chrono>

#include "acme/policy/clock_gate.h"

namespace postern::acme {

std::string_view name_of(ClockSource source) {
    switch (source) {
        case ClockSource::kNone: return "none";
        case ClockSource::kMachine: return "system";
        case ClockSource::kCa: return "ca";
    }
    return "";
}

ClockSource KnownClock::source() const {
    if (clock_sane(machine_.wall(), bound_)) return ClockSource::kMachine;
    return learnt_ && clock_sane(*learnt_, bound_) ? ClockSource::kCa : ClockSource::kNone;
}

WallTime KnownClock::wall() const {
    if (source() != ClockSource::kCa) return machine_.wall();
    return *learnt_ + std::chrono::duration_cast<Seconds>(steady() - learnt_at_);
}

void KnownClock::raise(WallTime bound) { bound_ = std::max(bound_, bound); }

void KnownClock::learn(WallTime date) {
    learnt_ = date;
    learnt_at_ = steady();
}

std::optional<Seconds> KnownClock::ahead() const {
    if (!learnt_) return std::nullopt;
    return machine_.wall() - (*learnt_ + std::chrono::duration_cast<Seconds>(steady() - learnt_at_));
}

}  // namespace postern::acme
