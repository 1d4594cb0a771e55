// What an owner asks of the keeper besides renewals: a dry run, a revocation, a certificate of his own, the end of the files.
#include <algorithm>

#include "acme/installer.h"
#include "acme/keeper.h"
#include "acme/protocol/problem.h"
#include "acme/revocation.h"
#include "acme/upload.h"
#include "server/crypto/cert_bundle.h"

namespace postern::acme {

namespace {

Problem held_because(const char* type, const std::string& detail) { return {type, detail, std::string(advice_for(type))}; }

// Where the CA has no other directory for trials that we know of, it is asked itself.
CaSettings staging_of(CaSettings ca) {
    const std::string_view staging = staging_directory(ca.directory_url);
    if (staging.empty()) return ca;
    ca.name += "-staging";
    ca.directory_url = staging;
    ca.limits = limits_of(staging);
    return ca;
}

}  // namespace

Keeper::Outcome Keeper::carry_out(const Task& task) {
    if (task.what == Task::What::kRenew) return renew(task.names, task.force);
    clock_set(true);
    Outcome outcome;
    const auto count = [&](bool ok) {
        outcome.ok = outcome.ok && ok;
        outcome.changed = outcome.changed || ok;
    };
    for (Lineage& lineage : lineages_) {
        const std::string& name = lineage.wanted().name;
        if (stopped_) {
            outcome.ok = false;
            break;
        }
        if (!task.names.empty() && std::find(task.names.begin(), task.names.end(), name) == task.names.end()) continue;
        if (task.what == Task::What::kTry && lineage.wanted().from_ca) count(try_out(lineage));
        if (task.what == Task::What::kRevoke) count(revoke(lineage, task));
        if (task.what == Task::What::kDelete) count(remove(lineage));
        if (task.what == Task::What::kUpload) count(upload(lineage, *task.upload));
    }
    if (task.what == Task::What::kDelete)
        for (const std::string& name : task.names)
            if (!knows(name)) count(remove_unknown(name));
    desks_->close();
    publish_status();
    end_run();
    return outcome;
}

// An order like any other, up to the installation: the owner's commands around a run are tried as well.
bool Keeper::try_out(Lineage& lineage) {
    if (!clock_.is_set()) return told_failure(lineage, "the clock is not set yet: nothing is ordered before it is");
    begin_run();
    WantedCert wanted = lineage.wanted();
    wanted.ca = staging_of(std::move(wanted.ca));
    tell(lineage, "dry run at " + wanted.ca.directory_url);
    auto desk = desks_->open(wanted.ca);
    if (!desk) return told_failure(lineage, "disk: " + desk.error().text());
    const Ledger::Order spends{wanted.ca.directory_url, wanted.ca.limits, wanted.names, lineage.renews(),
                               (*desk)->session.account_url.empty()};
    RunResult result = run_order(run_parts(spends), wanted, {lineage.digest(), "", false, !lineage.by_owner()}, (*desk)->session, (*desk)->key,
                                 *(*desk)->transport, std::nullopt);
    times_->heard(*(*desk)->transport);
    ledger_->flush();
    if (std::holds_alternative<Stopped>(result)) return !(stopped_ = true);
    if (const auto* failure = std::get_if<RunFailure>(&result))
        return told_failure(lineage, failure->problem.type + ": " + failure->problem.detail + ". " + failure->problem.advice);
    auto pair = check_issued(wanted, std::get<Issued>(result), clock_.wall(), parts_.probe);
    if (!pair) return told_failure(lineage, "certificate: " + pair.error().text());
    tell(lineage, "dry run: " + (*pair)->facts().issuer + " would issue it; nothing was kept");
    return true;
}

bool Keeper::upload(Lineage& lineage, const Upload& sent) {
    const WantedCert& wanted = lineage.wanted();
    if (wanted.self_signed()) return told_failure(lineage, "not taken: self-signed, as configured; that would go on serving");
    if (wanted.files) return told_failure(lineage, "not taken: this certificate comes from " + wanted.files->chain + ", which is watched: put the new one there");
    if (!clock_.is_set()) return told_failure(lineage, "not taken: the clock is not set yet, so nobody knows whether it has expired");
    const WallTime start = clock_.wall();
    const auto read = read_upload(sent);
    if (!read) return told_failure(lineage, "not taken: " + read.error().text());
    auto pair = check_brought(lineage, *read);
    if (!pair) return told_failure(lineage, "not taken: " + pair.error().text());
    if (auto taken = take_over(lineage, *read, *pair, start); !taken) return told_failure(lineage, "disk: " + taken.error().text());
    return true;
}

Result<Pair> Keeper::check_brought(const Lineage& lineage, const Upload& read) const {
    const WantedCert& wanted = lineage.wanted();
    TRY(Pair pair, check_upload(wanted, read, clock_.wall(), parts_.probe));
    if (lineage.job().is_revoked(pair->facts().fingerprint)) return Error::refuse("it has been revoked");
    if (pair->facts().chain_length == 1 && !leads_to_known_root(wanted, *pair))
        return Error::refuse("it comes alone, and " + pair->facts().issuer + ", who signed it, is not known here: put the certificate of that CA behind it");
    return pair;
}

// In this order: should the power go, the next start knows whose it is.
Result<void> Keeper::take_over(Lineage& lineage, const Upload& read, const Pair& pair, WallTime start) {
    const WantedCert& wanted = lineage.wanted();
    lineage.will_upload(pair->facts().fingerprint);
    // What files bring is not lost where it cannot be stored.
    if (wanted.files) parts_.publisher.publish(wanted.name, wanted.names, pair);
    if (wanted.files) lineage.serve_unstored(pair);
    TRY_VOID(store_->save_job(wanted.name, lineage.job()));
    TRY(const int generation, store_->archive().install(wanted.name, stored_form(read.chain).view(), stored_form(read.key).view()));
    if (!wanted.files) parts_.publisher.publish(wanted.name, wanted.names, pair);
    took(lineage, pair, generation, Lineage::From::kOwner, start);
    return {};
}

bool Keeper::told_failure(const Lineage& lineage, const std::string& text) {
    parts_.log.error("acme.asked", {{"certificate", lineage.wanted().name}, {"failed", text}});
    tell(lineage, text);
    return false;
}

// The CA is told first: a certificate that it still vouches for may go on serving, one that it does not may not.
bool Keeper::revoke(Lineage& lineage, const Task& task) {
    if (lineage.serves_own()) return told_failure(lineage, "self-signed: there is nothing that a CA could revoke");
    if (lineage.by_owner()) {
        tell(lineage, "it serves here no more; the CA that it came from must be asked to revoke it, for this one cannot");
        return step_down(lineage, held_because("revoked", "revoked, as its owner asked"), true) && (!task.remove || remove(lineage));
    }
    auto stored = store_->archive().read(lineage.wanted().name, lineage.generation());
    if (!stored) return told_failure(lineage, "disk: " + stored.error().text());
    auto desk = desks_->open(lineage.wanted().ca);
    if (!desk) return told_failure(lineage, "disk: " + desk.error().text());
    auto revoked = acme::revoke(**desk, lineage.wanted().ca.directory_url, *stored, task.reason);
    if (!revoked) return told_failure(lineage, "not revoked: " + revoked.error().text());
    const std::string words = *revoked == Revoked::kNow ? "revoked" : "the CA had revoked it already";
    parts_.log.info("acme.revoked", {{"certificate", lineage.wanted().name}, {"generation", lineage.generation()}, {"reason", task.reason}});
    tell(lineage, words);
    return step_down(lineage, held_because("revoked", "revoked, as its owner asked"), true) && (!task.remove || remove(lineage));
}

bool Keeper::remove(Lineage& lineage) {
    const std::string& name = lineage.wanted().name;
    if (lineage.wanted().files)
        return told_failure(lineage, "not deleted: it comes from " + lineage.wanted().files->chain + ", and would be taken again at once: change the site's certificate first");
    if (!step_down(lineage, held_because("deleted", "deleted, as its owner asked"), false)) return false;
    drop_pending(lineage);
    auto removed = store_->archive().remove(name);
    if (!removed) return told_failure(lineage, "disk: " + removed.error().text());
    lineage.find_again(*store_);
    if (auto taken = take_up(lineage); !taken) return told_failure(lineage, taken.error().text());
    parts_.log.info("acme.deleted", {{"certificate", name}});
    tell(lineage, "deleted");
    return true;
}

// In this order: what is written down is not served by the next start either.
bool Keeper::step_down(Lineage& lineage, Problem why, bool serving_is_bad) {
    lineage.hold(std::move(why), serving_is_bad, clock_.wall());
    auto saved = store_->save_job(lineage.wanted().name, lineage.job());
    if (!saved) told_failure(lineage, "disk: " + saved.error().text());
    lineage.find_again(*store_);
    if (auto taken = take_up(lineage); !taken) return told_failure(lineage, taken.error().text());
    return saved.ok();
}

// What is left of a site that is no longer configured.
bool Keeper::remove_unknown(const std::string& name) {
    if (!store_->has(name)) {
        if (step_) step_(name, "no certificate of that name: neither configured nor on the disk");
        return false;
    }
    auto removed = store_->archive().remove(name);
    if (removed) removed = store_->forget(name);
    find_left_over();
    if (!removed) parts_.log.error("acme.asked", {{"certificate", name}, {"failed", removed.error().text()}});
    if (step_) step_(name, removed ? "deleted" : "disk: " + removed.error().text());
    return removed.ok();
}

}  // namespace postern::acme
