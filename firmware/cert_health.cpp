#include "firmware/cert_health.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern {

WallTime CertHealth::public_until(const std::string& folder) const {
    const auto status = status_.get();
    // By the CA's clock alone nothing is told: who asks reckons by the machine's, which is years behind then.
    if (!status || !status->clock_sane || status->clock_source != "system") return {};
    std::optional<WallTime> until;
    for (const acme::CertStatus& one : status->certificates) {
        if (one.name != folder && !has_prefix(one.name, folder + "+")) continue;
        if (one.rung != acme::Rung::kPublic || !one.facts) return {};
        until = std::min(until.value_or(one.facts->not_after), one.facts->not_after);
    }
    return until.value_or(WallTime{});
}

}  // namespace postern
