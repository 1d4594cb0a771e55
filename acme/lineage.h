// One certificate's life: what is wanted, what serves, what is remembered, when it is due. Used by the keeper; decides
// nothing itself that acme/policy can decide.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acme/policy/ladder.h"
#include "acme/policy/schedule.h"
#include "acme/status.h"
#include "acme/store/store.h"
#include "acme/wanted.h"
#include "server/base/random.h"

namespace postern::acme {

using Pair = std::shared_ptr<const crypto::CertBundle>;

class Lineage {
public:
    explicit Lineage(WantedCert wanted);

    // Reads job and certificates. What is damaged is set aside in the store.
    void load(Store& store);
    std::optional<WallTime> newest_issue() const;  // for the clock gate

    // The pair to serve, best first: public, previous, self-signed (made and stored when there is none).
    Result<Pair> choose_pair(Store& store, Random& random, WallTime now, bool clock_sane);

    // When the next attempt may start; `by_hand` skips our own pause after a failure, not the CA's.
    WallTime due(WallTime now, bool by_hand) const;
    std::optional<WallTime> renewal() const;  // planned; none without a public certificate for all names from this CA or its owner
    bool renews() const { return renewal() && !by_owner(); }  // in the eyes of this CA
    bool by_owner() const { return serving_ && job_.is_uploaded(serving_->facts().fingerprint); }
    bool held() const;  // nothing is ordered but by force
    bool wants_same(const WantedCert& other) const;
    // The pair that a renewal has to outlast: it serves, covers every name, has not ended and came under this very
    // configuration. Null where anything better than nothing, or what was configured since, may follow.
    Pair to_outlast(WallTime now) const;

    // Of files: what stands there is no better than what serves, or cannot be used. True when it is worth writing to disk.
    bool doubt(std::optional<Problem> problem, WallTime now);
    void serve_unstored(Pair pair) { serve(std::move(pair), Rung::kPublic, 0, ""); }  // until it can be stored
    void will_upload(const std::string& fingerprint);  // to be written before it is installed

    // Nothing is ordered from now on but by force; with `serving_is_bad` the pair that serves is never to serve again.
    // find_again() and choose_pair() come next.
    void hold(Problem why, bool serving_is_bad, WallTime now);
    void find_again(Store& store) { if (!wanted_.self_signed()) find_pairs(store); }
    bool serves_own() const { return rung_ == Rung::kSelfSigned; }
    int generation() const { return generation_; }  // that serves, 0: our own

    enum class From : unsigned char { kCa, kOwner };
    void succeeded(Pair pair, int generation, From from, WallTime start, WallTime now, std::string warning);
    // Our pause after a failure is drawn with `jitter`. True when it is worth writing to disk.
    bool failed(const Problem& problem, WallTime start, WallTime now, Seconds pause, std::optional<Seconds> asked,
                bool reached_ca);

    // RFC 9773: the id of the pair that serves, if the CA of the configuration is to be asked about it.
    std::optional<std::string> ari_id() const;
    bool ari_wanted(WallTime now) const;
    WallTime ari_next(WallTime now) const;   // when to ask; a date too far ahead comes from a wrong clock and means now
    void ari_pause_until(WallTime next);
    int ari_failed() { return ++ari_failures_; }  // how often in a row
    bool take_ari(AriWindow window, WallTime next);  // true: it is another window than before

    CertStatus status(WallTime now, bool clock_sane) const;

    const WantedCert& wanted() const { return wanted_; }
    const std::string& digest() const { return digest_; }  // of what a pending order or a failure depends on
    const Job& job() const { return job_; }
    const RenewalWord& renewal_word() const { return word_; }
    std::string warning() const;  // of the public certificate that serves; empty: none
    Rung rung() const { return rung_; }
    const Pair& serving() const { return serving_; }
    bool busy = false;  // a run is under way
    std::string seen;                   // of files: what stood in them when they were looked at last, hashed
    std::optional<SteadyTime> doubted;  // since when they cannot be used, if nobody was told yet

private:
    struct Found {
        Candidate candidate;
        Pair pair;
    };
    void find_pairs(Store& store);
    bool add_pair(Store& store, int generation, bool live);
    void take_link_away(Store& store);
    Result<Pair> self_signed(Store& store, Random& random);
    void serve(Pair pair, Rung rung, int generation, std::string reason);
    std::string reason_for(const Found* chosen, const std::vector<Candidate>& all) const;

    WantedCert wanted_;
    std::string digest_;
    const AriWindow* window() const;  // of the pair that serves, null: not known

    Job job_;
    RenewalWord word_;
    std::vector<Found> found_;  // until a pair is chosen
    bool live_known_ = false;   // live/NAME led to a generation
    std::string passed_over_;   // which one of find_pairs() was no candidate, and why; the first
    Pair serving_;
    Rung rung_ = Rung::kSelfSigned;
    int generation_ = 0;
    std::string reason_;
    int ari_failures_ = 0;
};

}  // namespace postern::acme
