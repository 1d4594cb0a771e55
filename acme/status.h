// A snapshot of every certificate's state: what `postern status`, the admin page and its API show. Immutable once published.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/policy/ledger.h"
#include "acme/store/job.h"
#include "server/base/clock.h"
#include "server/crypto/cert_bundle.h"

namespace postern::acme {

enum class Rung : unsigned char { kPublic, kPrevious, kLocalCa, kSelfSigned };         // which certificate serves
enum class CertState : unsigned char { kValid, kRenewing, kFailing, kExpired, kWaiting };

std::string_view name_of(Rung rung);         // "public" "previous" "local-ca" "self-signed"
std::string_view name_of(CertState state);   // "valid" "renewing" "failing" "expired" "waiting"

struct CertStatus {
    std::string name;
    std::vector<std::string> names;
    std::string kind;                         // "acme", "files", "self-signed"
    Rung rung = Rung::kSelfSigned;
    std::string rung_reason;                  // why none better serves, in words; empty with kPublic
    CertState state = CertState::kWaiting;
    std::optional<crypto::CertFacts> facts;   // of the certificate that serves
    int generation = 0;
    std::optional<WallTime> next_attempt;
    std::optional<WallTime> renew_after;      // planned renewal of the present certificate
    std::optional<Problem> last_problem;      // cleared by success
    std::optional<AriWindow> ari;             // when the CA wants the present certificate renewed
    std::vector<Attempt> history;             // oldest first, at most 32
    std::string thumbprint;                   // of the CA account that orders it (RFC 7638); empty: there is none yet
};

// On the disk, and of no site that is configured: never renewed, never a reason for alarm.
struct LeftOver {
    std::string name;
    std::vector<std::string> names;               // that it is for; empty when it cannot be read, as the dates
    std::optional<WallTime> not_before, not_after;
};

struct StatusSnapshot {
    std::vector<CertStatus> certificates;
    bool clock_sane = true;
    std::vector<std::string> notices;         // damaged state files set aside, and the like
    std::string clock_source = "system";      // or "ca", or "none" (acme/known_clock.h)
    std::optional<std::vector<Ledger::State>> ledger = std::nullopt;  // nothing: not known, for no server runs
    std::vector<LeftOver> unconfigured{};     // acme/left_over.h
};

}  // namespace postern::acme
