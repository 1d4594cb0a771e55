// A new account (RFC 8555 section 7.3): what it needs of the configuration, and the one that it is bound to.
#include "acme/engine.h"
#include "acme/judge.h"

namespace postern::acme {

// What the CA would refuse is not asked for.
bool Engine::may_register() {
    if (!task_.agree_tos) {
        fail("tos", "no account at this CA yet, and its terms of service (" + session_.directory->terms +
                        ") are not agreed to", true);
        return false;
    }
    if (session_.directory->external_account_required && !task_.external.key) {
        fail("externalAccountRequired", "no account at this CA yet, and it makes none that is not bound to one of its customers", true);
        return false;
    }
    return true;
}

std::string Engine::new_account() const {
    const bool bound = task_.external.key != nullptr;
    return new_account_payload(contact_left_out_ ? "" : task_.email,
                               bound ? external_binding(task_.external, session_.directory->new_account, key_.jwk()) : "");
}

// CAs say "unauthorized" or "malformed" for a wrong key (section 7.3.4), which would be tried for ever.
bool Engine::binding_refused(const CaProblem& problem) {
    const bool refused = judge(problem) == Verdict::kGiveUp || problem.type == "externalAccountRequired";
    if (!task_.external.key || !refused) return false;
    fail("eab", "the CA makes no account with the external account " + task_.external.kid + ": " + in_words(problem), true);
    return true;
}

}  // namespace postern::acme
