#include "acme/installer.h"

#include "acme/protocol/problem.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr Seconds kCaAhead(60);  // a CA's clock may be a little ahead of ours, and notBefore with it

NotInstalled refused(const char* type, const Error& error, bool keep_order) {
    return {{type, error.text(), std::string(advice_for(type))}, keep_order};
}

// A CA that answers a renewal with something worse, by mistake or because somebody has made it: what serves is kept.
NotInstalled too_short(const crypto::CertBundle& pair, const crypto::CertBundle& serving) {
    const auto end_of = [](const crypto::CertBundle& b) { return to_rfc3339(b.facts().not_after.time_since_epoch().count()); };
    NotInstalled refused{{"shorter", "the CA's new certificate ends " + end_of(pair) + ", before the one that serves, " +
                                         end_of(serving) + ": that one stays",
                          std::string(advice_for("shorter"))}};
    refused.permanent = true;
    return refused;
}

}  // namespace

Result<Pair> check_issued(const WantedCert& wanted, const Issued& issued, WallTime now, PairProbe& probe) {
    TRY(Pair pair, crypto::CertBundle::from_pem(issued.chain, issued.key.view()));
    TRY_VOID(crypto::check_for_install(*pair, wanted.names, now + kCaAhead));
    if (auto tried = probe.try_pair(pair, wanted.names.front()); !tried)
        return std::move(tried).error().at("trial handshake");
    return pair;
}

std::variant<Installed, NotInstalled> install(const WantedCert& wanted, const Issued& issued, const Pair& to_outlast,
                                              WallTime now, Store& store, PairProbe& probe, CertPublisher& publisher) {
    auto pair = check_issued(wanted, issued, now, probe);
    if (!pair) return refused("certificate", pair.error(), false);
    if (to_outlast && (*pair)->facts().not_after < to_outlast->facts().not_after) return too_short(**pair, *to_outlast);
    auto generation = store.archive().install(wanted.name, issued.chain, issued.key.view());
    if (!generation) return refused("disk", generation.error(), true);
    publisher.publish(wanted.name, wanted.names, *pair);
    return Installed{std::move(*pair), *generation};
}

}  // namespace postern::acme
