// What a new order says besides the names, and how it is placed again without what the CA does not take of it.
#include <algorithm>

#include "acme/engine.h"
#include "acme/judge.h"
#include "server/base/text.h"

namespace postern::acme {

NewOrder Engine::new_order() const {
    NewOrder order;
    order.names = task_.names;
    if (!session_.directory->renewal_info.empty()) order.replaces = task_.replaces;
    if (profile_ < task_.profiles.size()) order.profile = task_.profiles[profile_];
    return order;
}

// RFC 9773 section 5: what is replaced already, or what the CA does not know, is ordered once more as if it were the first.
// A CA that lost the old certificate may not say so but fail inside: the second time in a row that is believed of it.
bool Engine::drop_replaces(const CaProblem& problem) {
    if (task_.replaces.empty()) return false;
    const bool named = problem.type == "alreadyReplaced" || problem.type == "malformed" || problem.type == "conflict";
    const bool offended = named && judge(problem) == Verdict::kGiveUp;
    const bool stuck = problem.type == "serverInternal" && problem.status == 500 && failed_inside_++ > 0;
    if (!offended && !stuck) return false;
    task_.replaces.clear();
    return true;
}

// Only what the CA advertises is ever sent: others refuse an order for a member that they do not know.
bool Engine::choose_profile() {
    const std::vector<std::string>&wanted = task_.profiles, &offered = session_.directory->profiles;
    while (profile_ < wanted.size() && std::find(offered.begin(), offered.end(), wanted[profile_]) == offered.end()) ++profile_;
    if (wanted.empty() || profile_ < wanted.size()) return true;
    const std::string refusal = profile_refusal_.empty() ? "" : "; refused: " + profile_refusal_;
    fail("profile", "the CA takes none of the profiles " + join(wanted, ", ") + "; it offers " +
                        (offered.empty() ? "none" : printable(join(offered, ", "), 200)) + refusal, true);
    return false;
}

// One that is advertised may be refused all the same, for these names or for this account: then it is the next one's turn.
bool Engine::drop_profile(const CaProblem& problem) {
    if (problem.type != "invalidProfile" || profile_ >= task_.profiles.size()) return false;
    profile_refusal_ = task_.profiles[profile_] + " (" + problem.detail + ")";
    note("acme.profile", "the CA refuses the profile " + profile_refusal_, true);
    ++profile_;
    return true;
}

}  // namespace postern::acme
