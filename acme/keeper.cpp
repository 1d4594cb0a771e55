#include "acme/keeper.h"

#include <algorithm>
#include <utility>

#include "acme/installer.h"
#include "acme/left_over.h"
#include "acme/policy/clock_gate.h"
#include "acme/policy/retry.h"
#include "acme/protocol/problem.h"
#include "acme/tally.h"
#include "server/base/text.h"
#include "server/crypto/anchors.h"

namespace postern::acme {

namespace {

constexpr Seconds kLookAgain(3600);   // the wall clock may have been set meanwhile
constexpr Seconds kClockGlance(5);    // while it is not set at all
constexpr Seconds kOrderLives(6 * 86400);  // CAs keep an order for a week

std::string date_of(WallTime time) { return to_rfc3339(time.time_since_epoch().count()); }

}  // namespace

Keeper::Keeper(const WorkerParts& parts, Pauser& pauser, Step step)
    : parts_(parts), pauser_(pauser), step_(std::move(step)), clock_(parts.clock), watch_(clock_, parts.log, parts.random) {}

Result<void> Keeper::prepare(std::vector<WantedCert> wanted) {
    TRY(Store store, Store::open(parts_.files, parts_.state, parts_.key_group));
    store_.emplace(std::move(store));
    desks_.emplace(*store_, parts_.connect, clock_);
    ledger_.emplace(*store_, clock_, parts_.log);
    times_.emplace(*store_, clock_, parts_.log);
    for (WantedCert& one : wanted) {
        if (!Store::is_safe_name(one.name) || one.names.empty())
            return Error::bug("a certificate without a usable name or without names: " + printable(one.name));
        lineages_.emplace_back(std::move(one));
    }
    for (Lineage& lineage : lineages_) lineage.load(*store_);
    find_left_over();
    set_clock_bound();
    for (Lineage& lineage : lineages_) TRY_VOID(take_up(lineage));
    preparing_ = true;
    for (Lineage& lineage : lineages_)
        if (clock_.is_set()) look_at_files(lineage, false);
    preparing_ = false;
    publish_status();
    return {};
}

void Keeper::set_clock_bound() {
    std::vector<WallTime> issued;
    for (const Lineage& lineage : lineages_)
        if (auto newest = lineage.newest_issue()) issued.push_back(*newest);
    for (const LeftOver& one : left_over_)
        if (one.not_before) issued.push_back(*one.not_before);
    clock_.raise(clock_lower_bound(build_time(), issued));
}

void Keeper::find_left_over() {
    left_over_ = acme::find_left_over(store_->archive(), [this](const std::string& name) { return knows(name); });
}

// A machine that does not know the time asks a CA for it.
bool Keeper::clock_set(bool by_hand) {
    if (clock_.is_set()) return true;
    auto from_ca = std::find_if(lineages_.begin(), lineages_.end(), [](const Lineage& l) { return l.wanted().from_ca; });
    if (from_ca == lineages_.end() || stopped_) return false;
    times_->ask(*desks_, from_ca->wanted().ca, by_hand);
    return clock_.is_set();
}

Result<void> Keeper::take_up(Lineage& lineage) {
    TRY(Pair pair, lineage.choose_pair(*store_, parts_.random, clock_.wall(), clock_.is_set()));
    parts_.publisher.publish(lineage.wanted().name, lineage.wanted().names, pair);
    parts_.log.info("acme.serving", {{"certificate", lineage.wanted().name},
                                     {"rung", name_of(lineage.rung())},
                                     {"until", date_of(pair->facts().not_after)}});
    return {};
}

// Certificates that stay as they are are not touched; their state and their pauses go on.
void Keeper::set_wanted(std::vector<WantedCert> wanted) {
    std::vector<Lineage> next;
    for (WantedCert& one : wanted) {
        auto same = std::find_if(lineages_.begin(), lineages_.end(), [&](const Lineage& l) { return l.wants_same(one); });
        if (same != lineages_.end()) {
            next.push_back(std::move(*same));
            lineages_.erase(same);
            continue;
        }
        if (!Store::is_safe_name(one.name) || one.names.empty()) continue;
        next.emplace_back(std::move(one));
        next.back().load(*store_);
        if (auto taken = take_up(next.back()); !taken)
            parts_.log.error("acme.serving", {{"certificate", next.back().wanted().name}, {"problem", taken.error().text()}});
    }
    lineages_.swap(next);
    for (const Lineage& gone : next)
        if (!knows(gone.wanted().name)) parts_.publisher.withdraw(gone.wanted().name);
    find_left_over();
    set_clock_bound();
    publish_status();
}

bool Keeper::knows(const std::string& name) const {
    return std::any_of(lineages_.begin(), lineages_.end(), [&](const Lineage& l) { return l.wanted().name == name; });
}

SteadyTime Keeper::run_due() {
    tell_of_first();
    clock_set(false);
    for (Lineage& lineage : lineages_) {
        if (stopped_ || !clock_.is_set()) break;
        look_at_files(lineage, false);
        // What is due needs no asking; what was just issued does, at once (RFC 9773 section 4.3).
        if (lineage.due(clock_.wall(), false) > clock_.wall()) ask_for_window(lineage, false);
        if (lineage.due(clock_.wall(), false) <= clock_.wall() && run(lineage, false)) ask_for_window(lineage, false);
    }
    desks_->close();
    publish_status();
    end_run();
    if (!clock_.is_set()) return clock_.steady() + kClockGlance;
    const WallTime now = clock_.wall();
    Seconds wait = kLookAgain;
    for (const Lineage& lineage : lineages_) {
        wait = std::min<Seconds>(wait, lineage.due(now, false) - now);
        if (lineage.doubted) wait = std::min(wait, kSecondLook);
        if (lineage.ari_wanted(now)) wait = std::min<Seconds>(wait, lineage.ari_next(now) - now);
    }
    return clock_.steady() + std::max(wait, Seconds(1));
}

Keeper::Outcome Keeper::renew(const std::vector<std::string>& names, bool force) {
    Outcome outcome;
    clock_set(true);
    for (Lineage& lineage : lineages_) {
        const std::string& name = lineage.wanted().name;
        if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
        if (stopped_) {
            outcome.ok = false;
            break;
        }
        if (clock_.is_set() && !force && lineage.due(clock_.wall(), true) > clock_.wall()) ask_for_window(lineage, true);
        const WallTime now = clock_.wall(), due = lineage.due(now, true);
        if (lineage.wanted().files && clock_.is_set()) {
            const int before = lineage.generation();
            const bool ok = look_now(lineage);
            outcome.ok = outcome.ok && ok;
            outcome.changed = outcome.changed || lineage.generation() != before;
        } else if (lineage.wanted().self_signed()) {
            tell(lineage, "self-signed, as configured: there is no CA to renew it");
        } else if (!clock_.is_set()) {
            tell(lineage, "the clock is not set yet: nothing is ordered before it is");
            outcome.ok = false;
        } else if (lineage.held() && !force) {
            tell(lineage, "held back, because its owner has revoked or deleted it: --force orders a new one");
        } else if (due > now && !force) {
            tell(lineage, "not due before " + date_of(due));
        } else {
            const bool ok = run(lineage, force);
            outcome.ok = outcome.ok && ok;
            outcome.changed = outcome.changed || ok;
        }
    }
    desks_->close();
    publish_status();
    end_run();
    return outcome;
}

void Keeper::begin_run() {
    if (parts_.listener && !std::exchange(in_run_, true)) hear("", parts_.listener->run_begins());
}

void Keeper::end_run() {
    if (parts_.listener && std::exchange(in_run_, false)) hear("", parts_.listener->run_ended());
}

// What the owner's own commands said is told to who follows, and changes nothing.
void Keeper::hear(const std::string& certificate, const std::string& trouble) {
    if (step_ && !trouble.empty()) step_(certificate, trouble);
}

bool Keeper::run(Lineage& lineage, bool force) {
    begin_run();
    const WallTime start = clock_.wall();
    lineage.busy = true;
    publish_status();
    RunResult result = order(lineage, force);
    ledger_->flush();
    lineage.busy = false;
    bool ok = false;
    if (auto* issued = std::get_if<Issued>(&result)) {
        ok = installed(lineage, *issued, force, start);
    } else if (auto* failure = std::get_if<RunFailure>(&result)) {
        failed(lineage, *failure, start);
    } else {
        stopped_ = true;
    }
    publish_status();
    return ok;
}

RunResult Keeper::order(Lineage& lineage, bool force) {
    const WantedCert& wanted = lineage.wanted();
    auto desk = desks_->open(wanted.ca);
    if (!desk) return RunFailure{{"disk", desk.error().text(), std::string(advice_for("disk"))}, false, false, {}, true};
    const std::string replaces = lineage.ari_id().value_or("");
    const Ledger::Order spends{wanted.ca.directory_url, wanted.ca.limits, wanted.names, lineage.renews(),
                               (*desk)->session.account_url.empty()};
    auto pending = pending_for(lineage);
    if (!pending && !force)
        if (auto refused = ledger_->refuse(spends)) return *refused;
    if (!lineage.renews() && parts_.before_first_order) parts_.before_first_order(wanted);
    RunParts parts = run_parts(spends);
    if (!force) parts.refuse = [this, &spends] { return ledger_->refuse(spends); };
    auto result = run_order(parts, wanted, {lineage.digest(), replaces, true, !lineage.by_owner()}, (*desk)->session, (*desk)->key,
                            *(*desk)->transport, std::move(pending));
    times_->heard(*(*desk)->transport);
    thumbprints_.erase(wanted.ca.name);  // it may have made another account
    return result;
}

RunParts Keeper::run_parts(const Ledger::Order& spends) {
    return {clock_, parts_.log, parts_.board, pauser_, *store_, parts_.random, step_,
            [this, &spends](const Charge& charge) { ledger_->charge(spends, charge); }, {}};
}

void Keeper::ask_for_window(Lineage& lineage, bool by_hand) {
    if (stopped_ || !watch_.due(lineage, by_hand)) return;
    auto desk = desks_->open(lineage.wanted().ca);
    if (!desk) return;
    if (watch_.ask(lineage, **desk)) {
        auto saved = store_->save_renewal_word(lineage.wanted().name, lineage.renewal_word());
        if (!saved) parts_.log.warn("acme.store", {{"what", "renewal information"}, {"problem", saved.error().text()}});
    }
    times_->heard(*(*desk)->transport);
}

// An order of another configuration, one that its CA has long forgotten, or one whose certificate is in use already (the
// power went before it was dropped) is no order.
std::optional<PendingOrder> Keeper::pending_for(const Lineage& lineage) {
    auto pending = store_->pending(lineage.wanted().name);
    if (!pending) return std::nullopt;
    const auto age = clock_.wall() - pending->made;
    const bool fits = pending->wanted == lineage.digest() && age >= Seconds(-300) && age < kOrderLives;
    const bool used = !lineage.wanted().reuse_key && store_->archive().live_has_key(lineage.wanted().name, pending->key_pem.view());
    if (fits && !used) return pending;
    drop_pending(lineage);
    return std::nullopt;
}

bool Keeper::installed(Lineage& lineage, const Issued& issued, bool force, WallTime start) {
    const WantedCert& wanted = lineage.wanted();
    const WallTime now = clock_.wall();
    const Pair to_outlast = force ? nullptr : lineage.to_outlast(now);
    auto outcome = install(wanted, issued, to_outlast, now, *store_, parts_.probe, parts_.publisher);
    if (auto* refused = std::get_if<NotInstalled>(&outcome)) {
        failed(lineage, RunFailure{refused->problem, refused->permanent, true, {}, refused->keep_order}, start);
        return false;
    }
    if (parts_.tally != nullptr) parts_.tally->renewal(wanted.name, true);
    const auto& [pair, generation] = std::get<Installed>(outcome);
    took(lineage, pair, generation, Lineage::From::kCa, start);
    return true;
}

// What has to be done once another pair is on the disk and serves.
void Keeper::took(Lineage& lineage, const Pair& pair, int generation, Lineage::From from, WallTime start) {
    const WantedCert& wanted = lineage.wanted();
    const crypto::CertFacts& facts = pair->facts();
    parts_.log.info("acme.installed", {{"certificate", wanted.name},
                                       {"generation", generation},
                                       {"issuer", facts.issuer},
                                       {"serial", facts.serial},
                                       {"until", date_of(facts.not_after)},
                                       {"by", from == Lineage::From::kOwner ? "owner" : "ca"}});
    tell(lineage, "installed: issued by " + facts.issuer + ", until " + date_of(facts.not_after));
    std::string warning = warning_about(wanted, *pair);
    if (!warning.empty()) {
        parts_.log.warn("acme.untrusted", {{"certificate", wanted.name}, {"why", warning}});
        tell(lineage, warning);
    }
    lineage.succeeded(pair, generation, from, start, clock_.wall(), std::move(warning));
    // In this order: an order without its job is only asked for once more, a job without it is complete.
    save_job(lineage);
    drop_pending(lineage);
    set_clock_bound();
    if (preparing_) untold_.push_back(wanted.name);
    if (!parts_.listener || preparing_) return;
    publish_status();  // what follows may take minutes
    hear(wanted.name, parts_.listener->installed(wanted.name, wanted.names));
}

bool Keeper::leads_to_known_root(const WantedCert& wanted, const crypto::CertBundle& pair) const {
    const Anchors anchors = parts_.anchors ? parts_.anchors(wanted.ca) : Anchors{};
    return !anchors.blocks.empty() && crypto::leads_to_anchor(pair, anchors.blocks);
}

// A private CA is as good as any for those who know it: said, not refused.
std::string Keeper::warning_about(const WantedCert& wanted, const crypto::CertBundle& pair) const {
    const Anchors anchors = parts_.anchors ? parts_.anchors(wanted.ca) : Anchors{};
    if (anchors.blocks.empty() || crypto::leads_to_anchor(pair, anchors.blocks)) return "";
    return "issued by " + pair.facts().issuer + ", whose root is not among the trust anchors of this machine (" +
           anchors.source + "): only visitors who have installed that root will trust it";
}

void Keeper::failed(Lineage& lineage, const RunFailure& failure, WallTime start) {
    if (parts_.tally != nullptr) parts_.tally->renewal(lineage.wanted().name, false);
    const FailedRun facts{lineage.job().failures + 1, failure.reached_ca, failure.permanent, failure.retry_after};
    const Seconds pause = pause_between_runs(facts, parts_.random.below(1u << 30));
    const WallTime now = clock_.wall();
    const bool worth_writing =
        lineage.failed(failure.problem, start, now, pause, failure.retry_after, failure.reached_ca);
    const std::string next = date_of(lineage.due(now, false));  // of one that was forced: when it would have been due
    parts_.log.error("acme.failed", {{"certificate", lineage.wanted().name},
                                     {"type", failure.problem.type},
                                     {"detail", failure.problem.detail},
                                     {"next", date_of(now + pause)}});  // of what is due
    tell(lineage, failure.problem.type + ": " + failure.problem.detail + ". " + failure.problem.advice + " Next try " + next);
    if (worth_writing) save_job(lineage);
    if (failure.order_gone || (!failure.keep_order && failure.reached_ca)) drop_pending(lineage);
}

void Keeper::save_job(const Lineage& lineage) {
    auto saved = store_->save_job(lineage.wanted().name, lineage.job());
    if (!saved) parts_.log.warn("acme.store", {{"what", "job"}, {"problem", saved.error().text()}});
}

void Keeper::drop_pending(const Lineage& lineage) {
    auto dropped = store_->drop_pending(lineage.wanted().name);
    if (!dropped) parts_.log.warn("acme.store", {{"what", "order"}, {"problem", dropped.error().text()}});
}

std::string Keeper::thumbprint_for(const CaSettings& ca) {
    auto found = thumbprints_.find(ca.name);
    if (found == thumbprints_.end()) {
        const auto account = store_->account(ca.name);
        if (!account || account->directory != ca.directory_url) return "";
        found = thumbprints_.emplace(ca.name, account->key).first;
    }
    return found->second;
}

void Keeper::publish_status() {
    auto snapshot = std::make_shared<StatusSnapshot>();
    snapshot->clock_sane = clock_.is_set();
    snapshot->clock_source = name_of(clock_.source());
    std::vector<Ledger::Order> orders;
    for (const Lineage& lineage : lineages_) {
        const WantedCert& wanted = lineage.wanted();
        CertStatus& status = snapshot->certificates.emplace_back(lineage.status(clock_.wall(), snapshot->clock_sane));
        if (!wanted.from_ca) continue;
        status.thumbprint = thumbprint_for(wanted.ca);
        orders.push_back({wanted.ca.directory_url, wanted.ca.limits, wanted.names, false, false});
    }
    snapshot->ledger = ledger_->states(orders);
    snapshot->notices = store_->notices();
    for (const Lineage& lineage : lineages_)
        if (std::string warning = lineage.warning(); !warning.empty()) snapshot->notices.push_back(std::move(warning));
    snapshot->unconfigured = left_over_;
    parts_.status.set(std::move(snapshot));
}

void Keeper::tell(const Lineage& lineage, const std::string& text) {
    if (step_) step_(lineage.wanted().name, text);
}

void Keeper::cancel() {
    pauser_.stop();
    if (desks_) desks_->cancel();
}

}  // namespace postern::acme
