// The one thread that keeps certificates: it reads the store, serves what is there, asks the CA when one is due, remembers
// each attempt, and sleeps until the next date. Everything it decides comes from the engine and acme/policy.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "acme/ports.h"
#include "acme/protocol/challenge_board.h"
#include "acme/protocol/transport.h"
#include "acme/status.h"
#include "acme/task.h"
#include "acme/wanted.h"
#include "server/base/clock.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/published.h"
#include "acme/protocol/trust.h"
#include "server/base/random.h"

namespace postern::acme {

class Pauser;  // acme/pauser.h
class Tally;   // acme/tally.h

// A `renew` somebody asked for, followed step by step.
struct JobView {
    std::string id;
    bool done = false;
    bool ok = false;       // all of it succeeded
    bool changed = false;  // at least one certificate was installed
    struct Step {
        WallTime at{};
        std::string certificate;
        std::string text;  // "order placed: 2 names", "validated example.org", "not due before 2027-01-01 ..."
    };
    std::vector<Step> steps;
};

struct WorkerParts {
    const Clock& clock;
    FileSystem& files;
    Random& random;
    Log& log;
    ChallengeBoard& board;
    PairProbe& probe;
    CertPublisher& publisher;
    Published<StatusSnapshot>& status;
    std::function<std::unique_ptr<Transport>(const CaSettings&)> connect;
    std::string state;  // folder
    std::uint32_t key_group = FileSystem::kKeepGroup;  // group that may read private keys (then 0640)
    Pauser* pauser = nullptr;              // how the thread waits; null: on the machine's steady clock
    // Whom visitors trust, as far as this machine knows; empty, or no function: it does not know.
    std::function<Anchors(const CaSettings&)> anchors{};
    RunListener* listener = nullptr;       // who hears of runs; null: nobody
    Tally* tally = nullptr;                // where renewals are counted; null: nowhere
    // Told when a certificate is about to be ordered that there is none of yet, so that somebody may look for what would
    // spoil it. Must not block; no function: nobody is told.
    std::function<void(const WantedCert&)> before_first_order{};
    std::function<void(const JobView&)> followed{};  // as JobBook's watcher
};

class Worker {
public:
    Worker(WorkerParts parts, std::vector<WantedCert> wanted);
    ~Worker();  // stop()

    // Before the listeners open: reads the store and publishes for each wanted certificate the best pair there is, making a
    // self-signed one where there is none. Fails only when not even that works.
    Result<void> prepare();

    void start();                                // the thread; it never throws
    void stop();                                 // ends a running exchange within its time limit and joins; safe twice
    void set_wanted(std::vector<WantedCert> wanted);  // after a reload
    // Likewise; `first` is done with these before anything else is. Its job's id, or why there is none: they are set all the same.
    Result<std::string> set_wanted(std::vector<WantedCert> wanted, Task first);

    void look_again();  // somebody has seen that files changed (WantedCert::files)

    // Queues a renewal of these (empty: all that are due). force: even when not due. Returns a job's id; kAdmin for an
    // unknown name.
    Result<std::string> renew(const std::vector<std::string>& names, bool force) {
        return ask({Task::What::kRenew, names, force, 0, false});
    }
    // Likewise for whatever an owner may ask. Names are needed but for renewals and trials; kDelete takes unknown ones too.
    Result<std::string> ask(Task task);
    Result<JobView> job(const std::string& id) const;  // the last 16 are remembered

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::acme
