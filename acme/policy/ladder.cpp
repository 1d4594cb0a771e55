#include "acme/policy/ladder.h"

#include <tuple>

namespace postern::acme {

std::optional<std::size_t> choose(const std::vector<Candidate>& candidates, WallTime now, bool clock_is_sane) {
    auto rank = [&](const Candidate& c) {
        bool expired = clock_is_sane && now >= c.not_after;
        return std::tuple(expired, c.missing, !c.live, -c.generation);  // smaller is better
    };
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        if (!best || rank(candidates[i]) < rank(candidates[*best])) best = i;
    return best;
}

}  // namespace postern::acme
