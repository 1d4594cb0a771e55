#include "acme/policy/schedule.h"

#include <algorithm>

#include "acme/policy/retry.h"

namespace postern::acme {

namespace {

constexpr long long kDay = 86400;
constexpr long long kShortLife = 10 * kDay;

// Seconds of life that should be left at renewal.
long long share(long long life, RenewRule rule) {
    if (rule.seconds > 0) return rule.seconds < life - life / 10 ? rule.seconds : life / 2;
    double fraction = std::clamp(rule.fraction, 0.01, 0.99);
    if (life < kShortLife) fraction = std::max(fraction, 0.5);
    return static_cast<long long>(static_cast<double>(life) * fraction);
}

}  // namespace

WallTime renewal_date(Lifetime life, RenewRule rule, std::uint64_t spread) {
    long long seconds = (life.not_after - life.not_before).count();
    if (seconds <= 0) return life.not_before;  // no life at all: due since ever
    long long width = std::min(seconds / 60, kDay / 2);
    long long earlier = static_cast<long long>(spread % static_cast<std::uint64_t>(width + 1));
    return life.not_after - Seconds(share(seconds, rule) + earlier);
}

std::uint64_t spread_of(std::string_view fingerprint) {
    std::uint64_t sum = 14695981039346656037ull;  // FNV-1a: even enough, and the same on every board
    for (char c : fingerprint) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    return sum;
}

WallTime due_date(const DueFacts& facts) {
    WallTime due = facts.renewal.value_or(facts.now);
    if (!facts.next_try || *facts.next_try - facts.now > kLongestPause) return due;
    return std::max(due, *facts.next_try);
}

}  // namespace postern::acme
