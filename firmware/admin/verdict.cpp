#include "firmware/admin/verdict.h"

#include <algorithm>
#include <optional>

#include "firmware/admin/words.h"

namespace postern::admin {
namespace {

using acme::CertState;
using acme::CertStatus;
using acme::Rung;

bool is_expired(const CertStatus& status, WallTime now) {
    return status.state == CertState::kExpired || (status.facts && status.facts->not_after <= now);
}

// Browsers warn of it although the owner asked for a certificate that they trust.
bool stands_in(const CertStatus& status) { return status.rung == Rung::kSelfSigned && status.kind != "self-signed"; }

std::string next_try(const CertStatus& status, WallTime now) {
    return status.next_attempt ? " Next try " + from_now(*status.next_attempt, now) + "." : std::string();
}

std::string some_certificates(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " certificate" : " certificates");
}

std::string good_for(const CertStatus& status, WallTime now) {
    return status.facts ? span_words(status.facts->not_after - now) : std::string("an unknown time");
}

std::string calm_sentence(const CertStatus& status, WallTime now) {
    if (status.rung == Rung::kSelfSigned && status.kind == "self-signed")
        return "Self-signed, as configured: browsers warn unless you accept it there.";
    auto text = "Good for another " + good_for(status, now) + ".";
    if (status.renew_after && *status.renew_after > now)
        text += " It renews itself " + from_now(*status.renew_after, now) + ".";
    return text;
}

std::string failing_sentence(const CertStatus& status, WallTime now) {
    if (stands_in(status)) return "No certificate could be obtained yet: visitors see a warning." + next_try(status, now);
    return "Visitors notice nothing yet: this certificate is good for another " + good_for(status, now) + "." +
           next_try(status, now);
}

// "The next renewal is in 27 days."
std::string next_renewal(const acme::StatusSnapshot& status, WallTime now) {
    std::optional<WallTime> next;
    for (const auto& certificate : status.certificates) {
        const auto& at = certificate.renew_after;
        if (at && *at > now && (!next || *at < *next)) next = at;
    }
    return next ? " The next renewal is " + from_now(*next, now) + "." : std::string();
}

std::string calm_detail(const acme::StatusSnapshot& status, WallTime now) {
    const auto count = status.certificates.size();
    return (count == 1 ? "The certificate is in order." : some_certificates(count) + " are in order.") +
           next_renewal(status, now);
}

std::string busy_detail(std::size_t busy) {
    return (busy == 1 ? "1 certificate is" : some_certificates(busy) + " are") +
           " being fetched right now. There is nothing for you to do.";
}

// "a.example", "a.example and b.example", "a.example and 3 others"
std::string some_names(const std::vector<std::string_view>& names) {
    std::string text(names.front());
    if (names.size() == 2) text += " and " + std::string(names[1]);
    if (names.size() > 2) text += " and " + std::to_string(names.size() - 1) + " others";
    return text;
}

std::string worried_detail(const acme::StatusSnapshot& status, WallTime now) {
    std::vector<std::string_view> broken;
    for (const auto& certificate : status.certificates)
        if (level_of(certificate, now) == Level::kBroken) broken.push_back(certificate.name);
    const auto visitors =
        broken.empty() ? std::string("Visitors notice nothing yet.") : "Visitors of " + some_names(broken) + " see a warning.";
    return visitors + " See below what happened and what to do.";
}

}  // namespace

std::string_view name_of(Level level) {
    switch (level) {
        case Level::kWell: return "well";
        case Level::kBusy: return "busy";
        case Level::kAttention: return "attention";
        case Level::kBroken: return "broken";
    }
    return {};
}

Level level_of(const CertStatus& status, WallTime now) {
    if (is_expired(status, now)) return Level::kBroken;
    switch (status.state) {
        case CertState::kValid: return stands_in(status) ? Level::kAttention : Level::kWell;
        case CertState::kRenewing: return Level::kBusy;
        case CertState::kFailing: return stands_in(status) ? Level::kBroken : Level::kAttention;
        case CertState::kExpired: return Level::kBroken;
        case CertState::kWaiting: return status.last_problem ? Level::kAttention : Level::kBusy;
    }
    return Level::kAttention;
}

Verdict verdict_of(const acme::StatusSnapshot& status, WallTime now) {
    if (status.certificates.empty())
        return {Level::kWell, "Nothing to look after yet", "Add a [site] to the configuration and reload."};
    Level worst = Level::kWell;
    std::size_t worried = 0, busy = 0;
    for (const auto& certificate : status.certificates) {
        const auto level = level_of(certificate, now);
        worst = std::max(worst, level);
        worried += level >= Level::kAttention ? 1 : 0;
        busy += level == Level::kBusy ? 1 : 0;
    }
    if (worried > 0)
        return {worst, some_certificates(worried) + (worried == 1 ? " needs attention" : " need attention"),
                worried_detail(status, now)};
    if (!status.clock_sane)
        return {Level::kAttention, "The clock is not right",
                "This device does not know what time it is, so nothing is renewed and dates below may be wrong.", true};
    if (worst == Level::kBusy) return {Level::kBusy, "Just a moment", busy_detail(busy)};
    return {Level::kWell, "All is well", calm_detail(status, now)};
}

std::string state_word(const CertStatus& status, WallTime now) {
    if (is_expired(status, now)) return "Expired";
    switch (status.state) {
        case CertState::kValid: return status.rung == Rung::kSelfSigned ? "Self-signed" : "Valid";
        case CertState::kRenewing: return "Renewing";
        case CertState::kFailing: return stands_in(status) ? "Not obtained" : "Renewal failing";
        case CertState::kExpired: return "Expired";
        case CertState::kWaiting: return "Waiting";
    }
    return {};
}

std::string state_sentence(const CertStatus& status, WallTime now) {
    if (is_expired(status, now)) {
        const auto when = status.facts ? " " + from_now(status.facts->not_after, now) : std::string();
        return "Expired" + when + ": visitors see a warning." + next_try(status, now);
    }
    switch (status.state) {
        case CertState::kValid: return calm_sentence(status, now);
        case CertState::kRenewing:
            return stands_in(status) ? "The first certificate is being fetched right now."
                                     : "Good for another " + good_for(status, now) + ", and being renewed right now.";
        case CertState::kFailing: return failing_sentence(status, now);
        case CertState::kExpired: return "Expired: visitors see a warning.";
        case CertState::kWaiting:
            return "The first certificate is on its way. Until it is here, visitors see a warning." + next_try(status, now);
    }
    return {};
}

}  // namespace postern::admin
