#include "firmware/admin/words.h"

#include "acme/advice.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

constexpr long long kMinute = 60, kHour = 3600, kDay = 86400, kYear = 365 * kDay;

}  // namespace

long long whole_days(Span span) {
    const long long s = span.count();
    return s / kDay - (s % kDay < 0 ? 1 : 0);
}

std::string span_words(Span span, const Words& words) {
    const long long s = span.count() < 0 ? -span.count() : span.count();
    if (s < kMinute) return words.say("span.less");
    if (s < kHour) return words.count("span.minute", s / kMinute);
    if (s < 2 * kDay) return words.count("span.hour", s / kHour);
    if (s < 2 * kYear) return words.count("span.day", s / kDay);
    return words.count("span.year", s / kYear);
}

std::string from_now(WallTime at, WallTime now, const Words& words) {
    const Span span = at - now;
    if (span.count() > -kMinute && span.count() < 0) return words.say("when.just_now");
    if (span.count() >= 0 && span.count() < kMinute) return words.say("when.any_moment");
    return words.say(span.count() < 0 ? "when.past" : "when.future", {{"span", span_words(span, words)}});
}

std::string date_words(WallTime at, const Words& words) {
    const auto text = to_rfc3339(at.time_since_epoch().count());  // 2026-12-02T13:05:00Z
    const auto month = parse_decimal(std::string_view(text).substr(5, 2)).value_or(1);
    const auto day = parse_decimal(std::string_view(text).substr(8, 2)).value_or(1);
    const std::string months = words.say("months");
    const auto names = split(months, ' ');
    return words.say("date", {{"day", std::to_string(day)},
                              {"month", std::to_string(month)},
                              {"month_name", month >= 1 && month <= names.size() ? names[month - 1] : std::string_view()},
                              {"year", std::string_view(text).substr(0, 4)}});
}

std::string moment_words(WallTime at, const Words& words) {
    const std::string time = to_rfc3339(at.time_since_epoch().count()).substr(11, 5);
    return words.say("moment", {{"date", date_words(at, words)}, {"time", time}});
}

std::string rung_words(acme::Rung rung, const Words& words) {
    switch (rung) {
        case acme::Rung::kPublic: return words.say("rung.public");
        case acme::Rung::kPrevious: return words.say("rung.previous");
        case acme::Rung::kLocalCa: return words.say("rung.local_ca");
        case acme::Rung::kSelfSigned: return words.say("rung.self_signed");
    }
    return {};
}

std::string key_words(std::string_view key) {
    if (key == "ec256") return "ECDSA P-256";
    if (key == "ec384") return "ECDSA P-384";
    if (has_prefix(key, "rsa")) return "RSA " + std::string(key.substr(3));
    return std::string(key);
}

std::string problem_words(std::string_view type, const Words& words) {
    constexpr std::string_view kAcme = "urn:ietf:params:acme:error:";  // RFC 8555 section 6.7
    if (has_prefix(type, kAcme)) type.remove_prefix(kAcme.size());
    const std::string key = "problem." + std::string(type);
    return words.say(words.has(key) ? std::string_view(key) : std::string_view("problem"));
}

std::string advice_words(std::string_view type, std::string_view said, const Words& words) {
    const std::string key = "advice." + std::string(type);
    return words.has(key) && said == acme::usual_advice(type) ? words.say(key) : std::string(said);
}

std::string hex_pairs(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); ++i) {
        if (i > 0 && i % 2 == hex.size() % 2) out += ':';
        const char c = hex[i];
        out += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return out;
}

}  // namespace postern::admin
