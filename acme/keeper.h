// Keeps a set of certificates: serves what the store has, renews what is due, one after the other. Single-threaded: the
// worker's thread owns it, tests drive it directly. Only cancel() may come from elsewhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acme/ca_desk.h"
#include "acme/clock_book.h"
#include "acme/ledger_book.h"
#include "acme/lineage.h"
#include "acme/pauser.h"
#include "acme/renewal_watch.h"
#include "acme/run.h"
#include "acme/worker.h"

namespace postern::acme {

class Keeper {
public:
    static constexpr Seconds kSecondLook{10};  // at files that were found half written

    using Step = std::function<void(const std::string& certificate, const std::string& text)>;
    struct Outcome {
        bool ok = true;        // nothing failed
        bool changed = false;  // something was installed
    };

    Keeper(const WorkerParts& parts, Pauser& pauser, Step step);

    // As Worker::prepare. Must succeed before anything else is called.
    Result<void> prepare(std::vector<WantedCert> wanted);
    void set_wanted(std::vector<WantedCert> wanted);
    bool knows(const std::string& name) const;

    // Renews what is due and gives the moment to look again.
    SteadyTime run_due();
    // The renewals somebody asked for (empty: all that are due).
    Outcome renew(const std::vector<std::string>& names, bool force);

    // The same, and what else an owner may ask (keeper_owner.cpp).
    Outcome carry_out(const Task& task);

    void cancel();  // ends a run within moments; for good

private:
    bool clock_set(bool by_hand);
    void set_clock_bound();
    void find_left_over();
    Result<void> take_up(Lineage& lineage);
    bool run(Lineage& lineage, bool force);  // false: failed
    void begin_run();  // once, however many are due
    void end_run();
    void hear(const std::string& certificate, const std::string& trouble);
    RunResult order(Lineage& lineage, bool force);
    RunParts run_parts(const Ledger::Order& spends);  // `spends` must outlive them
    bool try_out(Lineage& lineage);
    bool revoke(Lineage& lineage, const Task& task);
    bool remove(Lineage& lineage);
    bool remove_unknown(const std::string& name);
    bool step_down(Lineage& lineage, Problem why, bool serving_is_bad);
    bool told_failure(const Lineage& lineage, const std::string& text);  // false
    void ask_for_window(Lineage& lineage, bool by_hand);
    bool installed(Lineage& lineage, const Issued& issued, bool force, WallTime start);
    void took(Lineage& lineage, const Pair& pair, int generation, Lineage::From from, WallTime start);
    bool upload(Lineage& lineage, const Upload& sent);
    Result<Pair> check_brought(const Lineage& lineage, const Upload& read) const;
    Result<void> take_over(Lineage& lineage, const Upload& read, const Pair& pair, WallTime start);
    void look_at_files(Lineage& lineage, bool tell_at_once);
    Result<void> check_kind(const Lineage& second, const Pair& pair) const;
    Result<void> take_files(Lineage& lineage, const Upload& sent);
    bool look_now(Lineage& lineage);
    void doubt(Lineage& lineage, std::optional<Problem> problem);
    void tell_of_first();
    bool leads_to_known_root(const WantedCert& wanted, const crypto::CertBundle& pair) const;  // false too where none is known
    std::string warning_about(const WantedCert& wanted, const crypto::CertBundle& pair) const;
    void failed(Lineage& lineage, const RunFailure& failure, WallTime start);
    std::optional<PendingOrder> pending_for(const Lineage& lineage);
    void save_job(const Lineage& lineage);
    void drop_pending(const Lineage& lineage);
    std::string thumbprint_for(const CaSettings& ca);
    void publish_status();
    void tell(const Lineage& lineage, const std::string& text);

    const WorkerParts& parts_;
    Pauser& pauser_;
    Step step_;
    KnownClock clock_;
    std::optional<Store> store_;
    std::optional<CaDesks> desks_;
    std::optional<LedgerBook> ledger_;
    std::optional<ClockBook> times_;
    RenewalWatch watch_;
    std::vector<Lineage> lineages_;
    std::vector<LeftOver> left_over_;
    std::map<std::string, std::string> thumbprints_;  // of accounts, by the CA's name
    std::vector<std::string> untold_;  // certificates from files that were taken before anybody may be told
    bool preparing_ = false;
    bool in_run_ = false;  // the listener was told of its begin, and not of its end
    bool stopped_ = false;
};

}  // namespace postern::acme
