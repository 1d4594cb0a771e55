#include "acme/lineage.h"

#include <algorithm>
#include <utility>

#include "server/base/base64url.h"
#include "server/base/text.h"
#include "server/crypto/cert_making.h"
#include "server/crypto/hash.h"

namespace postern::acme {

namespace {

constexpr int kSelfSignedDays = 3650;
constexpr Seconds kLeastRest(60), kMostRest(3600);  // after a success
constexpr Seconds kLongestAriPause(31 * 86400);
constexpr Seconds kSoon(2 * 86400);  // tries after failures are a day apart at most
constexpr Seconds kPauseWorthWriting(3600);
constexpr Seconds kNever(365 * 86400);  // a year from now, whenever it is asked

// A change of any of these starts afresh: no pause after failures of the old configuration, no order of it.
std::string digest_of(const WantedCert& wanted) {
    std::string text = join(wanted.names, " ") + "\n" + wanted.ca.directory_url + "\n" + wanted.ca.ca_file + "\n" +
                       wanted.ca.email + "\n" + (wanted.ca.agree_tos ? "yes" : "no") + "\n" +
                       std::string(name_of(wanted.key_type)) + (wanted.from_ca ? "" : "\n" + std::string(wanted.kind()));
    if (wanted.files) text += "\n" + wanted.files->chain + "\n" + wanted.files->key;
    if (wanted.challenges != WantedCert{}.challenges)
        for (const ChallengeType type : wanted.challenges) text += "\n" + std::string(name_of(type));
    if (wanted.ca.external.key)
        text += "\nexternal " + wanted.ca.external.kid + " " + base64url_encode(crypto::sha256(wanted.ca.external.key->view()));
    if (!wanted.preferred_chain.empty()) text += "\nchain " + wanted.preferred_chain;
    if (!wanted.profiles.empty()) text += "\nprofile " + join(wanted.profiles, ", ");
    return base64url_encode(crypto::sha256(text));
}

std::size_t missing_names(const crypto::CertBundle& pair, const std::vector<std::string>& names) {
    return static_cast<std::size_t>(
        std::count_if(names.begin(), names.end(), [&](const std::string& name) { return !pair.covers(name); }));
}

std::string generation_text(int generation) { return "generation " + std::to_string(generation); }

void pass_over(std::string& reason, int generation, const std::string& why) {
    if (reason.empty()) reason = generation_text(generation) + " " + why;
}

// Certificate and key of one file, cut where the key begins.
Result<Pair> pair_from_one(std::string_view pem) {
    auto key = pem.rfind("-----BEGIN ");
    if (key == std::string_view::npos || key == 0) return Error::refuse("no certificate with a key");
    return crypto::CertBundle::from_pem(pem.substr(0, key), pem.substr(key));
}

}  // namespace

Lineage::Lineage(WantedCert wanted) : wanted_(std::move(wanted)), digest_(digest_of(wanted_)) {}

bool Lineage::wants_same(const WantedCert& other) const {
    return wanted_.name == other.name && digest_ == digest_of(other) && wanted_.ca.name == other.ca.name && wanted_.reuse_key == other.reuse_key &&
           wanted_.renew_at.fraction == other.renew_at.fraction && wanted_.renew_at.seconds == other.renew_at.seconds;
}

void Lineage::load(Store& store) {
    job_ = store.job(wanted_.name);
    word_ = store.renewal_word(wanted_.name);
    if (job_.wanted != digest_) {
        job_.wanted = digest_;
        job_.failures = 0;
        job_.next.reset();
        job_.hold.reset();
        job_.problem.reset();
        job_.held = false;
    }
    find_again(store);
}

// The live one; those before it only when it cannot serve every name: reading four pairs of a hundred sites takes time.
void Lineage::find_pairs(Store& store) {
    found_.clear();
    passed_over_.clear();
    live_known_ = false;
    Archive& archive = store.archive();
    auto numbers = archive.generations(wanted_.name);
    if (!numbers || numbers->empty()) return;
    auto live = archive.live(wanted_.name);
    const int first = live && *live ? **live : 0;
    live_known_ = first != 0;
    if (first != 0 && add_pair(store, first, true) && found_.back().candidate.missing == 0) return;
    std::reverse(numbers->begin(), numbers->end());
    for (int number : *numbers)
        if (number != first) add_pair(store, number, false);
}

bool Lineage::add_pair(Store& store, int generation, bool live) {
    auto stored = store.archive().read(wanted_.name, generation);
    auto pair = stored ? crypto::CertBundle::from_pem(stored->fullchain, stored->key.view())
                       : Result<Pair>(std::move(stored).error());
    if (!pair) {
        store.generation_damaged(wanted_.name, generation, pair.error().text());
        pass_over(passed_over_, generation, "cannot be used: " + pair.error().text());
        return false;
    }
    const crypto::CertBundle& bundle = **pair;
    if (job_.is_revoked(bundle.facts().fingerprint)) {
        pass_over(passed_over_, generation, "was revoked");
        return false;
    }
    found_.push_back({{generation, live, missing_names(bundle, wanted_.names), bundle.facts().not_after}, *pair});
    return true;
}

std::optional<WallTime> Lineage::newest_issue() const {
    std::optional<WallTime> newest;
    for (const Found& found : found_) newest = std::max(newest.value_or(WallTime{}), found.pair->facts().not_before);
    if (rung_ != Rung::kSelfSigned && serving_) newest = std::max(newest.value_or(WallTime{}), serving_->facts().not_before);
    return newest;
}

Result<Pair> Lineage::choose_pair(Store& store, Random& random, WallTime now, bool clock_sane) {
    std::vector<Candidate> candidates;
    for (const Found& found : found_) candidates.push_back(found.candidate);
    auto best = choose(candidates, now, clock_sane);
    if (!best) {
        if (live_known_ && job_.held) take_link_away(store);
        return self_signed(store, random);
    }
    Found chosen = std::move(found_[*best]);
    const bool live_left = std::any_of(candidates.begin(), candidates.end(), [](const Candidate& c) { return c.live; });
    found_.clear();
    // Without a link (the power went before it was made) the best there is is the one that was meant.
    const bool meant = chosen.candidate.live || !live_known_;
    const std::string reason = meant ? "" : reason_for(&chosen, candidates);
    serve(chosen.pair, meant ? Rung::kPublic : Rung::kPrevious, chosen.candidate.generation, reason);
    // Others read live/NAME: it must not lead to what was set aside.
    if (!live_left) (void)store.archive().point_live(wanted_.name, chosen.candidate.generation);
    return serving_;
}

// Others read live/NAME: it must not lead to what was taken back.
void Lineage::take_link_away(Store& store) {
    if (auto gone = store.archive().unlink_live(wanted_.name); !gone)
        store.notice("live/" + wanted_.name + " leads to a certificate that was revoked: " + gone.error().text());
}

// Kept, so that its fingerprint stays over restarts; unkept (a read-only disk) it serves all the same.
Result<Pair> Lineage::self_signed(Store& store, Random& random) {
    // Until the CA's comes the quickest key will do; where none comes, the configured one.
    const crypto::KeyType type = wanted_.self_signed() ? wanted_.key_type : crypto::KeyType::kEc256;
    if (auto pem = store.self_signed(wanted_.name)) {
        auto pair = pair_from_one(pem->view());
        if (!pair) store.self_signed_damaged(wanted_.name, pair.error().text());
        const bool fits = pair && missing_names(**pair, wanted_.names) == 0 &&
                          (*pair)->facts().names.size() == wanted_.names.size() &&
                          (*pair)->facts().key == crypto::name_of(type);
        if (fits) {
            serve(std::move(*pair), Rung::kSelfSigned, 0, reason_for(nullptr, {}));
            return serving_;
        }
    }
    TRY(const crypto::PrivateKey key, crypto::PrivateKey::generate(type));
    TRY(const std::string certificate,
        crypto::make_self_signed(key, wanted_.names, build_time(), kSelfSignedDays, random));
    TRY(const Secret key_pem, key.to_pem());
    TRY(Pair pair, crypto::CertBundle::from_pem(certificate, key_pem.view()));
    const Secret both(certificate + std::string(key_pem.view()));
    if (auto saved = store.save_self_signed(wanted_.name, both.view()); !saved)
        store.notice("the self-signed certificate could not be kept: " + saved.error().text());
    serve(std::move(pair), Rung::kSelfSigned, 0, reason_for(nullptr, {}));
    return serving_;
}

// Why the one that live/NAME leads to does not serve but `chosen`, or our own where that is null.
std::string Lineage::reason_for(const Found* chosen, const std::vector<Candidate>& all) const {
    if (wanted_.self_signed()) return "as configured";
    const auto live = std::find_if(all.begin(), all.end(), [](const Candidate& c) { return c.live; });
    if (chosen != nullptr && live != all.end())
        return generation_text(live->generation) + (live->missing > chosen->candidate.missing ? " does not cover every name" : " has expired");
    if (!passed_over_.empty()) return passed_over_;
    if (job_.problem && (job_.held || wanted_.files)) return job_.problem->detail;
    return wanted_.files ? "the files have not been taken yet" : "no certificate of the CA is here yet";
}

void Lineage::serve(Pair pair, Rung rung, int generation, std::string reason) {
    reason_ = std::move(reason);
    serving_ = std::move(pair);
    rung_ = rung;
    generation_ = generation;
}

std::optional<WallTime> Lineage::renewal() const {
    if (!serving_ || rung_ == Rung::kSelfSigned || missing_names(*serving_, wanted_.names) > 0) return std::nullopt;
    if (!by_owner() && !job_.issued_by.empty() && job_.issued_by != wanted_.ca.directory_url) return std::nullopt;
    const crypto::CertFacts& facts = serving_->facts();
    if (wanted_.from_ca && facts.fingerprint == job_.from_files) return std::nullopt;  // somebody's own: another one is configured now
    const WallTime own = renewal_date({facts.not_before, facts.not_after}, {wanted_.renew_at.fraction, wanted_.renew_at.seconds},
                                      spread_of(facts.fingerprint));
    // The CA may want it earlier; later than our own date is never late enough to be wanted.
    const AriWindow* asked = window();
    return asked != nullptr ? std::min(own, asked->moment) : own;
}

std::optional<std::string> Lineage::ari_id() const {
    if (!wanted_.from_ca || !renews() || serving_->facts().ari_id.empty()) return std::nullopt;
    return serving_->facts().ari_id;
}

// In trouble its next try comes by itself, and asks; one that failed by force may have it months away.
bool Lineage::ari_wanted(WallTime now) const {
    const bool soon = job_.problem && due(now, false) - now <= kSoon;
    return ari_id() && !held() && !soon;
}

WallTime Lineage::ari_next(WallTime now) const {
    if (!word_.next || word_.id != ari_id() || *word_.next - now > kLongestAriPause) return now;
    return *word_.next;
}

void Lineage::ari_pause_until(WallTime next) {
    const std::string id = ari_id().value_or("");
    if (word_.id != id) word_ = {id, {}, {}};
    word_.next = next;
}

const AriWindow* Lineage::window() const {
    const bool fits = serving_ && word_.window && !word_.id.empty() && word_.id == serving_->facts().ari_id;
    return fits ? &*word_.window : nullptr;
}

// The moment that was drawn stays as long as the window does: drawing anew at each look would bring it forward.
bool Lineage::take_ari(AriWindow window, WallTime next) {
    ari_failures_ = 0;
    ari_pause_until(next);
    const bool same = word_.window && word_.window->start == window.start && word_.window->end == window.end;
    if (!same) word_.window = std::move(window);
    return !same;
}

Pair Lineage::to_outlast(WallTime now) const {
    const bool worth_keeping = renews() && job_.issued_for == digest_ && now < serving_->facts().not_after;
    return worth_keeping ? serving_ : nullptr;
}

WallTime Lineage::due(WallTime now, bool by_hand) const {
    if (!wanted_.from_ca || held()) return now + kNever;
    std::optional<WallTime> next = job_.hold;
    // the rest after a success is for those that have what it brought
    const bool waits = job_.next && (job_.problem || (rung_ == Rung::kPublic && renewal()));
    if (!by_hand && waits) next = std::max(next.value_or(*job_.next), *job_.next);
    return due_date({now, renewal(), next});
}

std::string Lineage::warning() const {
    return rung_ == Rung::kPublic && !job_.warning.empty() ? wanted_.name + ": " + job_.warning : "";
}

bool Lineage::doubt(std::optional<Problem> problem, WallTime now) {
    const bool same = problem.has_value() == job_.problem.has_value() && (!problem || problem->detail == job_.problem->detail);
    if (same) return false;
    if (problem) job_.add({now, now, false, problem->type + ": " + problem->detail, 0});
    job_.problem = std::move(problem);
    return true;
}

void Lineage::will_upload(const std::string& fingerprint) {
    job_.add_uploaded(fingerprint);
    job_.uploading = fingerprint;
    if (wanted_.files) job_.from_files = fingerprint;
}

// An upload lifts a hold, and has lifted it when the power goes between its installing and the writing of that.
bool Lineage::held() const { return job_.held && !(serving_ && serving_->facts().fingerprint == job_.uploading); }

void Lineage::hold(Problem why, bool serving_is_bad, WallTime now) {
    job_.held = true;
    job_.uploading.clear();
    if (serving_is_bad && serving_) job_.add_revoked(serving_->facts().fingerprint);
    job_.add({now, now, true, why.detail, 0});
    job_.problem = std::move(why);
    job_.warning.clear();
}

void Lineage::succeeded(Pair pair, int generation, From from, WallTime start, WallTime now, std::string warning) {
    serve(std::move(pair), Rung::kPublic, generation, "");
    job_.failures = 0;
    // A CA that hands out certificates which are due at once may not have us order in circles and wear the flash out.
    const Seconds left = std::max<Seconds>(serving_->facts().not_after - now, Seconds(0));
    job_.next = now + std::clamp(left / 10, kLeastRest, kMostRest);
    job_.hold.reset();
    job_.problem.reset();
    job_.held = false;
    job_.uploading.clear();
    if (from == From::kCa) {
        job_.issued_by = wanted_.ca.directory_url;
        job_.issued_for = digest_;
    }
    job_.warning = std::move(warning);
    job_.add({start, now, true, wanted_.files ? "from its files" : from == From::kOwner ? "uploaded" : "", generation});
}

// A box without network tries every minute: only the first of such failures is written, for the flash's sake. A long pause
// (the ledger's) is kept over a restart.
bool Lineage::failed(const Problem& problem, WallTime start, WallTime now, Seconds pause, std::optional<Seconds> asked,
                     bool reached_ca) {
    const bool same = !reached_ca && job_.problem && job_.problem->type == problem.type;
    job_.failures += reached_ca ? 1 : 0;
    job_.next = now + pause;
    job_.hold = asked ? std::optional(now + std::min(*asked, pause)) : std::nullopt;
    job_.problem = problem;
    if (!same) job_.add({start, now, false, problem.type + ": " + problem.detail, 0});
    return !same || pause >= kPauseWorthWriting;
}

CertStatus Lineage::status(WallTime now, bool clock_sane) const {
    CertStatus status;
    status.name = wanted_.name;
    status.names = wanted_.names;
    status.kind = wanted_.kind();
    status.rung = rung_;
    status.rung_reason = reason_;
    status.generation = generation_;
    if (serving_) status.facts = serving_->facts();
    if (!wanted_.files) status.renew_after = renewal();
    if (clock_sane && !busy && wanted_.from_ca && !held()) status.next_attempt = due(now, false);
    status.last_problem = job_.problem;
    if (const AriWindow* known = window()) status.ari = *known;
    status.history = job_.attempts;
    const bool open_to_all = rung_ == Rung::kPublic || rung_ == Rung::kPrevious;
    if (wanted_.self_signed()) {
        status.state = CertState::kValid;  // it is what was asked for
    } else if (busy) {
        status.state = CertState::kRenewing;
    } else if (open_to_all && clock_sane && serving_ && now >= serving_->facts().not_after) {
        status.state = CertState::kExpired;
    } else if (job_.problem) {
        status.state = CertState::kFailing;
    } else {
        status.state = open_to_all ? CertState::kValid : CertState::kWaiting;
    }
    return status;
}

}  // namespace postern::acme
