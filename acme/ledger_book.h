// The ledger of what the CAs' limits have left (acme/policy/ledger.h), kept in the store. One owner, the worker's thread.
#pragma once

#include <optional>

#include "acme/policy/ledger.h"
#include "acme/steps.h"
#include "acme/store/store.h"
#include "server/base/log.h"

namespace postern::acme {

class LedgerBook {
public:
    LedgerBook(Store& store, const Clock& clock, Log& log);

    // The failure that stands for an order which must not be placed yet; nothing: it may.
    std::optional<RunFailure> refuse(const Ledger::Order& order);
    // Remembers what a run spent. Orders and certificates go to disk at once: a crash behind one must not forget it.
    void charge(const Ledger::Order& order, const Charge& charge);
    void flush();  // at the end of a run
    std::vector<Ledger::State> states(const std::vector<Ledger::Order>& orders) const { return ledger_.states(orders, clock_.wall()); }

private:
    Store& store_;
    const Clock& clock_;
    Log& log_;
    Ledger ledger_;
    bool unsaved_ = false;
};

}  // namespace postern::acme
