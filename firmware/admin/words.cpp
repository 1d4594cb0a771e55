#include "firmware/admin/words.h"

#include <array>
#include <cstdio>
#include <utility>

#include "server/base/text.h"

namespace postern::admin {
namespace {

constexpr long long kMinute = 60, kHour = 3600, kDay = 86400, kYear = 365 * kDay;

std::string count_of(long long count, std::string_view thing) {
    return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

struct ProblemText {
    std::string_view type, words;
};

// In the order of the way to a certificate: ourselves, the CA's API, the check of the name, the result.
constexpr auto kProblems = std::to_array<ProblemText>({
    {"clock", "This device does not know what time it is."},
    {"url", "The address of the certificate authority in the configuration cannot be used."},
    {"tos", "The terms of the certificate authority have not been accepted yet."},
    {"disk", "The certificate could not be stored on this device."},
    {"transport", "The certificate authority could not be reached."},
    {"trust", "What answers in place of the certificate authority cannot prove that it is the one."},
    {"ca_file", "The file by which the certificate authority would be recognized cannot be used."},
    {"directory", "What answers at the certificate authority's address is something else."},
    {"answer", "The certificate authority answered something that makes no sense."},
    {"serverInternal", "The certificate authority has a fault of its own."},
    {"malformed", "The certificate authority did not understand the request."},
    {"badNonce", "The certificate authority keeps asking for the same thing again."},
    {"badPublicKey", "The certificate authority does not accept this kind of key."},
    {"badSignatureAlgorithm", "The certificate authority does not accept this kind of signature."},
    {"accountDoesNotExist", "The certificate authority does not know this device's account."},
    {"externalAccountRequired", "The certificate authority wants an account made on its own web site first."},
    {"userActionRequired", "The certificate authority wants you to do something first."},
    {"invalidContact", "The certificate authority does not accept the e-mail address."},
    {"unsupportedContact", "The certificate authority does not accept the e-mail address."},
    {"rateLimited", "The certificate authority has issued enough for now and asks to wait."},
    {"rejectedIdentifier", "The certificate authority does not issue for this name."},
    {"unsupportedIdentifier", "The certificate authority does not issue for this kind of name."},
    {"challenge", "The certificate authority wants a proof that this device cannot give."},
    {"caa", "The domain's own rules (CAA) do not allow this certificate authority."},
    {"dns", "The name could not be looked up on the internet."},
    {"connection", "The certificate authority could not reach this device from outside."},
    {"tls", "The certificate authority could not make a secure connection to this device."},
    {"unauthorized", "Something other than this device answered for the name."},
    {"incorrectResponse", "Something other than this device answered for the name."},
    {"badCSR", "The certificate authority refused the request for the certificate."},
    {"order", "The certificate authority gave up on the request."},
    {"profile", "The certificate authority offers no such kind of certificate."},
    {"invalidProfile", "The certificate authority does not issue this kind of certificate here."},
    {"eab", "The certificate authority does not accept the account made on its own web site."},
    {"compound", "Several names could not be proved, for different reasons."},
    {"revoked", "The certificate was revoked, as you asked."},
    {"deleted", "The certificate was deleted, as you asked."},
    {"processing", "The certificate authority is still working on it."},
    {"refused", "The certificate authority refused, without saying why."},
    {"certificate", "The certificate that arrived cannot be used."},
});

}  // namespace

long long whole_days(Span span) {
    const long long s = span.count();
    return s / kDay - (s % kDay < 0 ? 1 : 0);
}

std::string span_words(Span span) {
    const long long s = span.count() < 0 ? -span.count() : span.count();
    if (s < kMinute) return "less than a minute";
    if (s < kHour) return count_of(s / kMinute, "minute");
    if (s < 2 * kDay) return count_of(s / kHour, "hour");
    if (s < 2 * kYear) return count_of(s / kDay, "day");
    return count_of(s / kYear, "year");
}

std::string from_now(WallTime at, WallTime now) {
    const Span span = at - now;
    if (span.count() > -kMinute && span.count() < 0) return "just now";
    if (span.count() >= 0 && span.count() < kMinute) return "any moment now";
    return span.count() < 0 ? span_words(span) + " ago" : "in " + span_words(span);
}

std::string date_words(WallTime at) {
    static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto text = to_rfc3339(at.time_since_epoch().count());  // 2026-12-02T13:05:00Z
    const auto month = parse_decimal(std::string_view(text).substr(5, 2)).value_or(1);
    const auto day = parse_decimal(std::string_view(text).substr(8, 2)).value_or(1);
    return std::to_string(day) + " " + std::string(kMonths[(month - 1) % kMonths.size()]) + " " + text.substr(0, 4);
}

std::string moment_words(WallTime at) {
    return date_words(at) + ", " + to_rfc3339(at.time_since_epoch().count()).substr(11, 5) + " UTC";
}

std::string rung_words(acme::Rung rung) {
    switch (rung) {
        case acme::Rung::kPublic: return "From a certificate authority";
        case acme::Rung::kPrevious: return "An earlier certificate, because the newest one cannot be used";
        case acme::Rung::kLocalCa: return "From this device's own authority: trusted where you installed it";
        case acme::Rung::kSelfSigned: return "Made by this device itself: browsers warn";
    }
    return {};
}

std::string key_words(std::string_view key) {
    if (key == "ec256") return "ECDSA P-256";
    if (key == "ec384") return "ECDSA P-384";
    if (has_prefix(key, "rsa")) return "RSA " + std::string(key.substr(3));
    return std::string(key);
}

std::string problem_words(std::string_view type) {
    constexpr std::string_view kAcme = "urn:ietf:params:acme:error:";  // RFC 8555 section 6.7
    if (has_prefix(type, kAcme)) type.remove_prefix(kAcme.size());
    for (const auto& problem : kProblems)
        if (problem.type == type) return std::string(problem.words);
    return "The certificate could not be renewed.";
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
