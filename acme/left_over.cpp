#include "acme/left_over.h"

namespace postern::acme {

namespace {

LeftOver look_at(Archive& archive, const std::string& name) {
    LeftOver found{name, {}, std::nullopt, std::nullopt};
    const auto numbers = archive.generations(name);
    if (!numbers || numbers->empty()) return found;
    const auto live = archive.live(name);
    const auto chain = archive.read_chain(name, live && *live ? **live : numbers->back());
    const auto facts = chain ? crypto::read_facts(*chain) : Result<crypto::CertFacts>(chain.error());
    if (!facts) return found;
    return {name, facts->names, facts->not_before, facts->not_after};
}

}  // namespace

std::vector<LeftOver> find_left_over(Archive& archive, const std::function<bool(const std::string& name)>& is_wanted) {
    std::vector<LeftOver> all;
    const auto names = archive.names();
    if (!names) return all;
    for (const std::string& name : *names) {
        if (is_wanted(name)) continue;
        if (all.size() == kMostLeftOver) break;
        all.push_back(look_at(archive, name));
    }
    return all;
}

}  // namespace postern::acme
