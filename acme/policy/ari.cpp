#include "acme/policy/ari.h"

#include <algorithm>

namespace postern::acme {

namespace {

constexpr Seconds kLeast(60), kMost(86400), kUsual(6 * 3600), kFirst(3600);

}  // namespace

WallTime moment_in(WallTime start, WallTime end, std::uint64_t draw) {
    const long long width = (end - start).count();
    if (width <= 0) return start;
    return start + Seconds(static_cast<long long>(draw % static_cast<std::uint64_t>(width)));
}

Seconds ari_pause(std::optional<Seconds> retry_after) { return std::clamp(retry_after.value_or(kUsual), kLeast, kMost); }

Seconds ari_pause_after_failure(int failures, std::optional<Seconds> retry_after) {
    const int doublings = std::clamp(failures - 1, 0, 5);
    const Seconds own = std::min<Seconds>(kFirst * (1 << doublings), kMost);
    return retry_after ? std::clamp(*retry_after, own, kMost) : own;
}

}  // namespace postern::acme
