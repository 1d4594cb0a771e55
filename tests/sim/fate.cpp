#include "tests/sim/fate.h"

#include <algorithm>
#include <array>

#include "tests/sim/wrong_answers.h"

namespace postern::sim {

namespace {

constexpr long long kMinute = 60, kHour = 3600, kDay = 86400;

// How often in a life of ten years, and how long: from a minimum to a share of the certificate's lifetime.
struct Row {
    Trouble what;
    int most;          // times in ten years
    long long least;   // seconds
    int share;         // the longest is lifetime / share; 0: a moment
};
constexpr std::array<Row, 9> kRows = {{
    {Trouble::kNoNetwork, 30, kMinute, 12},
    {Trouble::kCaDown, 24, kMinute, 3},
    {Trouble::kRateLimit, 12, kHour, 12},
    {Trouble::kWrongAnswers, 30, kHour, 12},
    {Trouble::kNotReached, 12, kHour, 8},
    {Trouble::kDiskFull, 10, kHour, 10},
    {Trouble::kClockWrong, 10, 10 * kMinute, 24},
    {Trouble::kPowerCut, 80, 0, 0},
    {Trouble::kNames, 12, 0, 0},
}};

long long detail_of(Trouble what, Dice& dice) {
    switch (what) {
        case Trouble::kWrongAnswers: return dice.below(static_cast<long long>(wrong_answers().size()));
        case Trouble::kPowerCut: return dice.chance(25) ? 0 : dice.between(1, 120);
        case Trouble::kClockWrong: {
            static constexpr long long kFar[] = {kHour, 6 * kHour, 3 * kDay, 10 * kDay, 400 * kDay};
            const long long far = dice.between(kMinute, kFar[dice.below(5)]);
            return dice.chance(50) ? far : -far;
        }
        case Trouble::kNoNetwork:
        case Trouble::kCaDown:
        case Trouble::kRateLimit:
        case Trouble::kNotReached:
        case Trouble::kDiskFull:
        case Trouble::kNames: break;
    }
    return dice.below(1 << 20);
}

}  // namespace

std::string_view name_of(Trouble trouble) {
    static constexpr std::array<std::string_view, 9> kNames = {
        "no network", "the CA is down", "rate limit", "wrong answers", "not reached from outside", "the disk is full",
        "the clock is set wrong", "power cut", "other names"};
    return kNames[static_cast<std::size_t>(trouble)];
}

Fate draw_fate(std::uint64_t seed, int years) {
    Dice dice(seed);
    Fate fate;
    fate.seed = seed;
    fate.length = years * 365 * kDay;
    static constexpr long long kLives[] = {90 * kDay, 45 * kDay, 160 * kHour};
    fate.validity = kLives[dice.below(3)];
    fate.healthy = dice.below(8) == 0;
    fate.battery = dice.chance(50);
    fate.sites = static_cast<int>(dice.between(1, 3));
    fate.renewal_info = dice.chance(35);
    fate.dated = dice.chance(50);
    fate.window_lead = static_cast<int>(dice.between(-24, 6));  // below -20: behind the end of a long life
    fate.limits = acme::limits_of("https://acme-v02.api.letsencrypt.org/directory");
    if (fate.healthy) return fate;
    for (const Row& row : kRows) {
        const bool known = dice.chance(60);  // some devices never see some of them
        const long long times = known ? dice.below(row.most * years / 10 + 1) : 0;
        for (long long i = 0; i < times; ++i) {
            const long long from = dice.below(fate.length);
            const long long most = row.share == 0 ? 0 : std::max(fate.validity / row.share, row.least);
            // short ones are as likely as long ones
            const long long length = row.share == 0 ? 0 : dice.between(row.least, dice.between(row.least, most));
            fate.stretches.push_back({row.what, from, from + length, detail_of(row.what, dice)});
            // troubles come together: a restart finds pauses that are still to be kept
            const bool answered = row.what == Trouble::kWrongAnswers || row.what == Trouble::kRateLimit;
            if (answered && dice.chance(40)) fate.stretches.push_back({Trouble::kPowerCut, from + dice.below(length), 0, 0});
        }
    }
    std::sort(fate.stretches.begin(), fate.stretches.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
    return fate;
}

}  // namespace postern::sim
