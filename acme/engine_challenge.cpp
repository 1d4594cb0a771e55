// The engine's choice among the challenges of an authorization (RFC 8555 section 7.5): the configuration's order of
// preference, then what the CA offers.
#include <algorithm>

#include "acme/engine.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

std::string names_of(const std::vector<ChallengeType>& types) {
    std::vector<std::string> names;
    names.reserve(types.size());
    for (const ChallengeType type : types) names.emplace_back(acme::name_of(type));
    return join(names, " or ");
}

}  // namespace

// One that is under way already, from an earlier run, comes before one that we would rather have had; one that has failed
// is no way any more, though others may be (section 7.1.6).
const Challenge* Engine::usable(const Authorization& authorization) const {
    const Challenge* best = nullptr;
    for (const ChallengeType type : task_.challenges) {
        const auto& offered = authorization.challenges;
        const auto at = std::find_if(offered.begin(), offered.end(), [&](const Challenge& c) { return c.type == acme::name_of(type); });
        if (at == offered.end() || at->status == ChallengeStatus::kInvalid) continue;
        if (at->status == ChallengeStatus::kProcessing) return &*at;
        if (best == nullptr) best = &*at;
    }
    return best;
}

// The name as the order has it; empty when it is none of ours. A certificate of a CA's choosing is put up for nobody.
std::string Engine::own_name(const std::string& identifier) const {
    const auto ip = ip_to_bytes(identifier);
    const std::string name = ip ? ip_from_bytes(*ip) : lower(identifier);
    const bool ours = std::find(task_.names.begin(), task_.names.end(), name) != task_.names.end();
    return ours ? name : "";
}

// One under way already is not answered twice; what answers it is put up all the same.
void Engine::choose_challenge(const Authorization& authorization) {
    const Challenge* chosen = usable(authorization);
    if (chosen == nullptr) {
        const std::string offered = authorization.offered.empty() ? "none" : join(authorization.offered, ", ");
        const std::string why = authorization.bad_token ? "; " + *authorization.bad_token : "";
        fail("challenge", authorization.identifier + ": no " + names_of(task_.challenges) +
                              " that can be answered; offered: " + offered + why, !authorization.bad_token);
        for (std::size_t i = at_; i < authorizations_.size(); ++i) leftover_.push_back(authorizations_[i]);
        return give_back();
    }
    challenge_ = *chosen;
    std::string answer = key_.key_authorization(challenge_.token);
    if (challenge_.type == acme::name_of(ChallengeType::kTlsAlpn01)) {
        std::string name = own_name(authorization.identifier);
        if (name.empty()) return fail("answer", authorization.identifier + ": a proof is asked for a name that was not ordered");
        queued_.push_back(PutUp{std::move(name), std::move(answer)});
    } else {
        queued_.push_back(HangUp{challenge_.token, std::move(answer), authorization.identifier});
    }
    if (challenge_.status == ChallengeStatus::kPending) state_ = State::kAnswer;
}

}  // namespace postern::acme
