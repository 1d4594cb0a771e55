#include "firmware/offline_status.h"

#include <algorithm>
#include <cerrno>

#include "acme/clock_bound.h"
#include "acme/left_over.h"
#include "acme/policy/clock_gate.h"
#include "acme/policy/schedule.h"
#include "acme/store/archive.h"
#include "server/base/limits.h"
#include "server/base/secret.h"

namespace postern {

namespace {

// A certificate without its key, which only the server's user may read.
std::optional<crypto::CertFacts> read_facts_of(FileSystem& files, const std::string& path) {
    constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----", kEnd = "-----END CERTIFICATE-----\n";
    auto read = files.read(path, limits::kPemFile);
    if (!read.ok()) return std::nullopt;
    const Secret file(std::move(*read));  // our own self-signed pairs hold the key in the same file
    const std::string_view pem = file.view();
    const auto begin = pem.find(kBegin), end = pem.rfind(kEnd);
    const bool found = begin != pem.npos && end != pem.npos && begin < end;
    const std::string chain(found ? pem.substr(begin, end + kEnd.size() - begin) : std::string_view());
    auto facts = crypto::read_facts(chain);
    if (!facts.ok()) return std::nullopt;
    return std::move(*facts);
}

void add_job(FileSystem& files, const std::string& state, acme::CertStatus& status) {
    const auto text = files.read(state + "/jobs/" + status.name + ".json", limits::kStateFile);
    if (!text.ok()) return;
    auto job = acme::job_from(*text);
    if (!job.ok()) return;
    status.next_attempt = job->next;
    if (job->hold && (!status.next_attempt || *job->hold > *status.next_attempt)) status.next_attempt = job->hold;
    status.last_problem = std::move(job->problem);
    status.history = std::move(job->attempts);
}

// As the server judges it: by a clock that is not set nothing expires.
acme::CertState state_of(const acme::CertStatus& status, WallTime now, bool clock_sane) {
    if (clock_sane && status.facts && status.facts->not_after <= now) return acme::CertState::kExpired;
    if (status.last_problem) return acme::CertState::kFailing;
    const bool bridging = status.rung == acme::Rung::kSelfSigned && status.kind != "self-signed";
    return status.facts && !bridging ? acme::CertState::kValid : acme::CertState::kWaiting;
}

acme::CertStatus status_of(FileSystem& files, const std::string& state, const acme::WantedCert& wanted, WallTime now,
                           bool clock_sane) {
    acme::CertStatus status;
    status.name = wanted.name;
    status.names = wanted.names;
    status.kind = wanted.kind();
    if (!wanted.self_signed()) status.facts = read_facts_of(files, state + "/live/" + wanted.name + "/fullchain.pem");
    if (status.facts) {
        status.rung = acme::Rung::kPublic;
        if (wanted.from_ca) status.renew_after = acme::renewal_date({status.facts->not_before, status.facts->not_after},
                                                {wanted.renew_at.fraction, wanted.renew_at.seconds},
                                                acme::spread_of(status.facts->fingerprint));
        acme::Archive archive(files, state, FileSystem::kKeepGroup);
        const auto live = archive.live(wanted.name);
        if (live.ok() && *live) status.generation = **live;
    } else {
        status.rung_reason = wanted.from_ca ? "no certificate of the CA serves" : wanted.files ? "the files have not been taken yet" : "as configured";
        status.facts = read_facts_of(files, state + "/selfsigned/" + wanted.name + ".pem");
    }
    if (!wanted.self_signed()) add_job(files, state, status);
    if (!clock_sane) status.next_attempt.reset();
    status.state = state_of(status, now, clock_sane);
    return status;
}

}  // namespace

Result<acme::StatusSnapshot> read_offline_status(FileSystem& files, const std::string& state,
                                                 const std::vector<acme::WantedCert>& wanted, WallTime now) {
    if (const auto entries = files.list(state); !entries.ok()) {
        if (entries.error().number() == ENOENT) return Error::admin(state + " does not exist: nothing was ever served from here");
        return Error(entries.error());
    }
    acme::StatusSnapshot snapshot;
    snapshot.clock_sane = acme::clock_sane(now, acme::clock_bound_of(files, state));
    snapshot.clock_source = snapshot.clock_sane ? "system" : "none";
    for (const acme::WantedCert& each : wanted)
        snapshot.certificates.push_back(status_of(files, state, each, now, snapshot.clock_sane));
    acme::Archive archive(files, state, FileSystem::kKeepGroup);
    snapshot.unconfigured = acme::find_left_over(archive, [&wanted](const std::string& name) {
        return std::any_of(wanted.begin(), wanted.end(), [&](const acme::WantedCert& one) { return one.name == name; });
    });
    return snapshot;
}

}  // namespace postern
