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

std::string with_next_try(std::string text, const CertStatus& status, WallTime now, const Words& words) {
    if (!status.next_attempt) return text;
    return words.say("sentence.next_try", {{"text", text}, {"when", from_now(*status.next_attempt, now, words)}});
}

std::string good_for(const CertStatus& status, WallTime now, const Words& words) {
    return status.facts ? span_words(status.facts->not_after - now, words) : words.say("sentence.unknown_span");
}

std::string calm_sentence(const CertStatus& status, WallTime now, const Words& words) {
    if (status.rung == Rung::kSelfSigned && status.kind == "self-signed") return words.say("sentence.self_signed");
    const std::string span = good_for(status, now, words);
    if (!status.renew_after || *status.renew_after <= now) return words.say("sentence.valid", {{"span", span}});
    return words.say("sentence.valid.renewal", {{"span", span}, {"when", from_now(*status.renew_after, now, words)}});
}

// What its owner took away is no failure.
enum class Away : unsigned char { kNo, kRevoked, kDeleted };

Away taken_away(const CertStatus& status) {
    if (!stands_in(status) || !status.last_problem || status.next_attempt) return Away::kNo;
    if (status.last_problem->type == "revoked") return Away::kRevoked;
    return status.last_problem->type == "deleted" ? Away::kDeleted : Away::kNo;
}

std::string failing_sentence(const CertStatus& status, WallTime now, const Words& words) {
    if (const Away away = taken_away(status); away != Away::kNo)
        return words.say(away == Away::kRevoked ? "sentence.revoked" : "sentence.deleted");
    if (stands_in(status)) return with_next_try(words.say("sentence.not_obtained"), status, now, words);
    return with_next_try(words.say("sentence.failing", {{"span", good_for(status, now, words)}}), status, now, words);
}

// "All is well. The next renewal is in 27 days."
std::string with_next_renewal(const std::string& text, const acme::StatusSnapshot& status, WallTime now, const Words& words) {
    std::optional<WallTime> next;
    for (const auto& certificate : status.certificates) {
        const auto& at = certificate.renew_after;
        if (at && *at > now && (!next || *at < *next)) next = at;
    }
    return next ? words.say("verdict.next_renewal", {{"text", text}, {"when", from_now(*next, now, words)}}) : text;
}

// "a.example", "a.example and b.example", "a.example and 3 others"
std::string some_names(const std::vector<std::string_view>& names, const Words& words) {
    if (names.size() == 1) return std::string(names.front());
    if (names.size() == 2) return words.say("names.two", {{"first", names[0]}, {"second", names[1]}});
    return words.say("names.more", {{"first", names[0]}, {"n", std::to_string(names.size() - 1)}});
}

std::string worried_detail(const acme::StatusSnapshot& status, WallTime now, const Words& words) {
    std::vector<std::string_view> broken;
    for (const auto& certificate : status.certificates)
        if (level_of(certificate, now) == Level::kBroken) broken.push_back(certificate.name);
    const auto visitors = broken.empty() ? words.say("verdict.calm_visitors")
                                         : words.say("verdict.warned_visitors", {{"names", some_names(broken, words)}});
    return words.say("verdict.see_below", {{"visitors", visitors}});
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

Verdict verdict_of(const acme::StatusSnapshot& status, WallTime wall, const Words& words) {
    const WallTime now = status.clock_sane ? wall : WallTime{};  // by a clock that is not set nothing expires
    const auto total = static_cast<long long>(status.certificates.size());
    if (total == 0) return {Level::kWell, words.say("verdict.none"), words.say("verdict.none.detail")};
    Level worst = Level::kWell;
    long long worried = 0, busy = 0;
    for (const auto& certificate : status.certificates) {
        const auto level = level_of(certificate, now);
        worst = std::max(worst, level);
        worried += level >= Level::kAttention ? 1 : 0;
        busy += level == Level::kBusy ? 1 : 0;
    }
    if (worried > 0) return {worst, words.count("verdict.attention", worried), worried_detail(status, now, words)};
    if (!status.clock_sane) return {Level::kAttention, words.say("verdict.clock"), words.say("verdict.clock.detail"), true};
    if (worst == Level::kBusy) return {Level::kBusy, words.say("verdict.busy"), words.count("verdict.busy", busy)};
    return {Level::kWell, words.say("verdict.well"), with_next_renewal(words.count("verdict.well", total), status, now, words)};
}

std::string state_word(const CertStatus& status, WallTime now, const Words& words) {
    if (is_expired(status, now)) return words.say("state.expired");
    switch (status.state) {
        case CertState::kValid: return words.say(status.rung == Rung::kSelfSigned ? "state.self_signed" : "state.valid");
        case CertState::kRenewing: return words.say("state.renewing");
        case CertState::kFailing:
            if (const Away away = taken_away(status); away != Away::kNo)
                return words.say(away == Away::kRevoked ? "state.revoked" : "state.deleted");
            if (status.kind == "files") return words.say("state.files");
            return words.say(stands_in(status) ? "state.not_obtained" : "state.failing");
        case CertState::kExpired: return words.say("state.expired");
        case CertState::kWaiting: return words.say("state.waiting");
    }
    return {};
}

std::string state_sentence(const CertStatus& status, WallTime now, const Words& words) {
    if (is_expired(status, now)) {
        if (!status.facts) return with_next_try(words.say("sentence.expired"), status, now, words);
        const std::string when = from_now(status.facts->not_after, now, words);
        return with_next_try(words.say("sentence.expired.when", {{"when", when}}), status, now, words);
    }
    switch (status.state) {
        case CertState::kValid: return calm_sentence(status, now, words);
        case CertState::kRenewing:
            return stands_in(status) ? words.say("sentence.first")
                                     : words.say("sentence.renewing", {{"span", good_for(status, now, words)}});
        case CertState::kFailing: return failing_sentence(status, now, words);
        case CertState::kExpired: return words.say("sentence.expired");
        case CertState::kWaiting: return with_next_try(words.say("sentence.waiting"), status, now, words);
    }
    return {};
}

}  // namespace postern::admin
