// All that will happen to one device, drawn from a seed before its life begins.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "acme/policy/ledger.h"
#include "tests/fakes/fixed_random.h"

namespace postern::sim {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}
    long long below(long long bound) { return static_cast<long long>(random_.below(static_cast<std::uint64_t>(bound))); }
    long long between(long long least, long long most) { return least + below(most - least + 1); }
    bool chance(int percent) { return below(100) < percent; }

private:
    fakes::FixedRandom random_;
};

enum class Trouble : unsigned char {
    kNoNetwork,     // not even a TCP connection
    kCaDown,        // resets and 502
    kRateLimit,     // newOrder is answered 429 with Retry-After
    kWrongAnswers,  // a row of the menu in wrong_answers.cpp
    kNotReached,    // the address has changed: validations fail
    kDiskFull,
    kClockWrong,    // somebody sets it wrong, until NTP mends it
    kPowerCut,      // at once, or at the detail-th file operation from then on
    kNames,         // a name or a site is added or taken away
};
std::string_view name_of(Trouble trouble);

struct Stretch {
    Trouble what;
    long long from = 0, until = 0;  // seconds of the device's life
    long long detail = 0;
};

struct Fate {
    std::uint64_t seed = 0;
    bool healthy = false;      // nothing of it happens
    bool battery = false;      // the clock goes on while the power is off; else it boots in 1970
    long long length = 0;      // seconds
    long long validity = 0;    // of a certificate, seconds
    int sites = 1;
    bool renewal_info = false;     // the CA offers it (RFC 9773)
    bool dated = false;            // what the CA's replies have as a Date can be believed
    int window_lead = 0;           // its windows begin that many sixtieths of the life before our own date; may be < 0
    acme::CaLimits limits;
    std::vector<Stretch> stretches;  // by `from`
};

Fate draw_fate(std::uint64_t seed, int years);

}  // namespace postern::sim
