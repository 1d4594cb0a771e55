// The wall clock as acme believes it. A box without a battery boots in 1970: until the machine's clock has passed every
// moment that must lie behind us, it is the CA's, if a CA has told the time, and else not to be believed. One thread.
#pragma once

#include <optional>
#include <string_view>

#include "server/base/clock.h"

namespace postern::acme {

enum class ClockSource : unsigned char { kNone, kMachine, kCa };

std::string_view name_of(ClockSource source);  // "none" "system" "ca"

class KnownClock final : public Clock {
public:
    explicit KnownClock(const Clock& machine) : machine_(machine) {}  // borrowed

    WallTime wall() const override;
    SteadyTime steady() const override { return machine_.steady(); }

    ClockSource source() const;
    bool is_set() const { return source() != ClockSource::kNone; }

    // A moment that has surely passed: the program was built, a certificate was issued, a good time was saved. (policy/clock_gate)
    void raise(WallTime bound);
    // What a CA says it is now; its chain was valid at that moment. Said to be true: it may lie behind the bound, and is then
    // of no use.
    void learn(WallTime date);
    // How far the machine's clock is ahead of what was learnt last; nothing was learnt: nothing.
    std::optional<Seconds> ahead() const;

private:
    const Clock& machine_;
    WallTime bound_{};
    std::optional<WallTime> learnt_;
    SteadyTime learnt_at_{};
};

}  // namespace postern::acme
