#include "server/http/answer_counts.h"

namespace postern::http {

void AnswerCounts::add_to(ByStatus& totals) const {
    for (std::size_t place = 0; place < counted_.size(); ++place) {
        const std::uint64_t counted = counted_[place].load(std::memory_order_relaxed);
        if (counted > 0) totals[status_at(place)] += counted;
    }
}

AnswerCounts& AnswerBook::of(const std::string& site, std::size_t loop) {
    std::lock_guard<std::mutex> hold(mutex_);
    const bool full = sites_.size() >= kMostSites && sites_.count(site) == 0;
    auto& counts = sites_[full ? kNobody : site][loop];
    if (!counts) counts = std::make_unique<AnswerCounts>();
    return *counts;
}

std::map<std::string, ByStatus> AnswerBook::totals() const {
    std::lock_guard<std::mutex> hold(mutex_);
    std::map<std::string, ByStatus> totals;
    for (const auto& [site, loops] : sites_)
        for (const auto& [loop, counts] : loops) counts->add_to(totals[site]);
    return totals;
}

}  // namespace postern::http
