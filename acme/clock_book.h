// Where acme's clock gets its bound and its corrections: the good time that was saved, and what CAs say. One owner, the
// worker's thread.
#pragma once

#include "acme/ca_desk.h"
#include "acme/known_clock.h"
#include "server/base/log.h"

namespace postern::acme {

class ClockBook {
public:
    ClockBook(Store& store, KnownClock& clock, Log& log);

    // After exchanges with a CA. A moment on which the CA and the machine agree is good, and saved once a day; that the two
    // are an hour apart is said once.
    void heard(const Transport& transport);
    // While the clock is not set: asks the CA for the time, after growing pauses unless somebody asked by hand.
    void ask(CaDesks& desks, const CaSettings& ca, bool by_hand);

private:
    Store& store_;
    KnownClock& clock_;
    Log& log_;
    WallTime saved_{};
    SteadyTime next_{};
    Seconds pause_{0};
    bool apart_ = false;  // was said
};

}  // namespace postern::acme
