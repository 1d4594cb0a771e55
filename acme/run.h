// Carries out one run of the engine: exchanges, waits, answers on the board, key and account on disk. Everything it does
// the engine asked for.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "acme/engine.h"
#include "acme/pauser.h"
#include "acme/protocol/challenge_board.h"
#include "acme/store/store.h"
#include "acme/wanted.h"
#include "server/base/log.h"
#include "server/base/random.h"

namespace postern::acme {

struct RunParts {
    const Clock& clock;
    Log& log;
    ChallengeBoard& board;
    Pauser& pauser;
    Store& store;
    Random& random;
    std::function<void(const std::string& certificate, const std::string& text)> step;  // who follows along
    std::function<void(const Charge&)> charge;  // what counts against the CA's limits, as it happens
    std::function<std::optional<RunFailure>()> refuse;  // why one order more may not be placed; null: it always may
};

struct Issued {
    std::string chain;  // PEM
    Secret key;         // PEM
};
struct Stopped {};  // the thread is to end: neither success nor failure
using RunResult = std::variant<Issued, RunFailure, Stopped>;

struct OrderMarks {
    std::string digest;    // the configuration that the order belongs to
    std::string replaces;  // RFC 9773 section 5: the id of the certificate that it renews, or empty
    bool keep = true;      // its key is stored, so that a crash does not cost the order
    bool own_key = true;   // the key that serves is one of ours, and may be used again
};

// What hangs on the board is withdrawn when it returns.
RunResult run_order(const RunParts& parts, const WantedCert& wanted, const OrderMarks& marks, CaSession& session,
                    const AccountKey& account, Transport& transport, std::optional<PendingOrder> pending);

}  // namespace postern::acme
