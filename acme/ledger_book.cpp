#include "acme/ledger_book.h"

#include "acme/protocol/problem.h"
#include "server/base/text.h"

namespace postern::acme {

LedgerBook::LedgerBook(Store& store, const Clock& clock, Log& log)
    : store_(store), clock_(clock), log_(log), ledger_(store.ledger()) {}

std::optional<RunFailure> LedgerBook::refuse(const Ledger::Order& order) {
    const WallTime now = clock_.wall();
    unsaved_ = ledger_.mend(order, now) || unsaved_;
    auto refusal = ledger_.refuse(order, now);
    if (!refusal) return std::nullopt;
    RunFailure failure;
    failure.problem = {"ledger", "one order more would use up the CA's limit of " + refusal->limit + "; it is possible from " +
                                     to_rfc3339(refusal->until.time_since_epoch().count()),
                       std::string(advice_for("ledger"))};
    failure.retry_after = refusal->until - now;
    failure.keep_order = true;  // there may be one of before, and nothing was asked
    return failure;
}

void LedgerBook::charge(const Ledger::Order& order, const Charge& charge) {
    unsaved_ = ledger_.spend(charge.what, order, charge.name, clock_.wall()) || unsaved_;
    if (charge.what == Spent::kOrder || charge.what == Spent::kCertificate) flush();
}

void LedgerBook::flush() {
    if (!unsaved_) return;
    unsaved_ = false;
    auto saved = store_.save_ledger(ledger_.remembered(clock_.wall()));
    if (!saved) log_.warn("acme.store", {{"what", "ledger"}, {"problem", saved.error().text()}});
}

}  // namespace postern::acme
