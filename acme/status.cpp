#include "acme/status.h"

namespace postern::acme {

std::string_view name_of(Rung rung) {
    switch (rung) {
        case Rung::kPublic: return "public";
        case Rung::kPrevious: return "previous";
        case Rung::kLocalCa: return "local-ca";
        case Rung::kSelfSigned: return "self-signed";
    }
    return "unknown";
}

std::string_view name_of(CertState state) {
    switch (state) {
        case CertState::kValid: return "valid";
        case CertState::kRenewing: return "renewing";
        case CertState::kFailing: return "failing";
        case CertState::kExpired: return "expired";
        case CertState::kWaiting: return "waiting";
    }
    return "unknown";
}

}  // namespace postern::acme
