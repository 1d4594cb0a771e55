#include "firmware/status_text.h"

#include <algorithm>

#include "firmware/admin/verdict.h"
#include "firmware/admin/words.h"
#include "firmware/console.h"
#include "server/base/text.h"

namespace postern {

namespace {

using acme::CertStatus;
using Row = std::vector<std::string>;

// Columns of a terminal: one a character, whatever its bytes (wide East Asian characters are not allowed for).
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// The cells under one another, two blanks apart, without blanks at the end of a line.
std::string table_text(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
    }
    std::string out;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) out.append(row[i]).append(widths[i] - width_of(row[i]) + 2, ' ');
        out.erase(out.find_last_not_of(' ') + 1);
        out += '\n';
    }
    return out;
}

// Our own one that only bridges the time until a CA's is here: its dates concern nobody.
bool bridges(const CertStatus& status) {
    return !status.facts || (status.rung == acme::Rung::kSelfSigned && status.kind != "self-signed");
}

// Below the heading LEFT: "64 days", "expired 2 days ago"
std::string left_words(const CertStatus& status, WallTime now) {
    if (bridges(status)) return "-";
    const WallTime end = status.facts->not_after;
    return end <= now ? "expired " + admin::from_now(end, now) : admin::span_words(end - now);
}

std::string next_words(const CertStatus& status, WallTime now) {
    const auto& next = status.next_attempt ? status.next_attempt : status.renew_after;
    if (!next) return "-";
    return *next <= now ? "due" : admin::from_now(*next, now);
}

// By a clock that is not set nothing is counted.
Row row_of(const CertStatus& status, WallTime now, bool clock_sane) {
    return {one_line(status.name),
            admin::state_word(status, clock_sane ? now : WallTime{}),
            clock_sane ? left_words(status, now) : "-",
            bridges(status) ? "-" : admin::date_words(status.facts->not_after),
            std::string(acme::name_of(status.rung)),
            status.facts ? one_line(status.facts->issuer) : "-",
            clock_sane ? next_words(status, now) : "-"};
}

bool has_names_to_tell(const CertStatus& status) {
    return status.names.size() > 1 || (status.names.size() == 1 && status.names.front() != status.name);
}

std::string problem_text(const acme::Problem& problem) {
    std::string out = "  problem  " + admin::problem_words(problem.type) + "\n";
    if (!problem.detail.empty()) out += "  seen     " + one_line(problem.detail) + "\n";
    if (!problem.advice.empty()) out += "  to do    " + one_line(problem.advice) + "\n";
    return out;
}

// What the line of the table leaves out; empty where it says it all.
std::string details_text(const CertStatus& status) {
    if (!has_names_to_tell(status) && !status.last_problem) return {};
    std::string out = "\n" + one_line(status.name) + "\n";
    if (has_names_to_tell(status)) out += "  names    " + one_line(join(status.names, ", ")) + "\n";
    return status.last_problem ? out + problem_text(*status.last_problem) : out;
}

std::string left_over_text(const std::vector<acme::LeftOver>& all) {
    if (all.empty()) return {};
    std::vector<Row> rows;
    rows.reserve(all.size());
    for (const acme::LeftOver& one : all)
        rows.push_back({"  " + one_line(one.name), one.not_after ? "until " + admin::date_words(*one.not_after) : "cannot be read",
                        one_line(join(one.names, ", "))});
    return "\nNo longer configured: kept, neither served nor renewed. To delete one: postern delete NAME\n" + table_text(rows);
}

void add(std::vector<Row>& rows, const std::string& title, std::string_view value) {
    if (!value.empty()) rows.push_back({"  " + title, one_line(value)});
}

void add_facts(std::vector<Row>& rows, const crypto::CertFacts& facts, WallTime now) {
    add(rows, "Subject", facts.subject.empty() ? "(empty, the names are below)" : facts.subject);
    add(rows, "Subject alternative names", join(facts.names, ", "));
    add(rows, "Not before", admin::moment_words(facts.not_before));
    add(rows, "Not after", admin::moment_words(facts.not_after) + " (" + admin::from_now(facts.not_after, now) + ")");
    add(rows, "Serial", admin::hex_pairs(facts.serial));
    add(rows, "Issuer", facts.issuer_dn.empty() ? facts.issuer : facts.issuer_dn);
    add(rows, "Signature algorithm", facts.signature);
    add(rows, "Key", admin::key_words(facts.key));
    add(rows, "Validation", facts.policy);
    add(rows, "SHA-256 fingerprint", admin::hex_pairs(facts.fingerprint));
}

std::string attempts_text(const CertStatus& status) {
    if (status.history.empty()) return {};
    std::vector<Row> rows;
    for (auto at = status.history.rbegin(); at != status.history.rend(); ++at) {
        std::string what = at->generation > 0 ? "generation " + std::to_string(at->generation) : "";
        if (!what.empty() && !at->said.empty()) what += ": ";
        what += one_line(at->said);
        rows.push_back({"  " + admin::moment_words(at->start), at->ok ? "succeeded" : "failed", std::move(what)});
    }
    return "\nAttempts, newest first\n" + table_text(rows);
}

}  // namespace

std::string status_text(const acme::StatusSnapshot& status, WallTime now) {
    const admin::Verdict verdict = admin::verdict_of(status, now);
    std::string out = verdict.headline + ". " + verdict.detail + "\n";
    std::vector<Row> rows = {{"NAME", "STATE", "LEFT", "UNTIL", "SERVES", "ISSUER", "NEXT TRY"}};
    for (const CertStatus& each : status.certificates) rows.push_back(row_of(each, now, status.clock_sane));
    if (rows.size() > 1) out += "\n" + table_text(rows);
    for (const CertStatus& each : status.certificates) out += details_text(each);
    out += left_over_text(status.unconfigured);
    out += clock_text(status);
    for (const std::string& notice : status.notices) out += "\nNote: " + one_line(notice) + "\n";
    return out;
}

std::string clock_text(const acme::StatusSnapshot& status) {
    if (!status.clock_sane) return "\nclock: not set: nothing is ordered before it is. Check the time source (NTP).\n";
    if (status.clock_source != "ca") return {};
    return "\nclock: not set: certificates go by the CA's clock meanwhile. Check the time source (NTP).\n";
}

std::string certificate_text(const CertStatus& status, WallTime now) {
    std::string out = one_line(status.name) + ": " + admin::state_word(status, now) + ". " + admin::state_sentence(status, now) + "\n\n";
    std::vector<Row> rows;
    add(rows, "Names", join(status.names, ", "));
    add(rows, "Serves", std::string(acme::name_of(status.rung)) + ": " + admin::rung_words(status.rung));
    add(rows, "Because", status.rung_reason);
    if (status.generation > 0) add(rows, "Generation", std::to_string(status.generation));
    if (status.renew_after) add(rows, "Renewal planned", admin::moment_words(*status.renew_after));
    if (status.next_attempt) add(rows, "Next try", admin::moment_words(*status.next_attempt));
    if (status.facts) add_facts(rows, *status.facts, now);
    add(rows, "Account thumbprint", status.thumbprint);
    out += table_text(rows);
    if (status.last_problem) out += "\nLast problem\n" + problem_text(*status.last_problem);
    return out + attempts_text(status);
}

int status_exit(const acme::StatusSnapshot& status, WallTime now) {
    return admin::verdict_of(status, now).level >= admin::Level::kAttention ? 1 : 0;
}

const CertStatus* find_certificate(const acme::StatusSnapshot& status, std::string_view word) {
    for (const CertStatus& each : status.certificates) {
        if (equal_no_case(each.name, word)) return &each;
    }
    for (const CertStatus& each : status.certificates) {
        for (const std::string& name : each.names) {
            if (equal_no_case(name, word)) return &each;
        }
    }
    return nullptr;
}

std::string about_unknown_certificate(const acme::StatusSnapshot& status, std::string_view word) {
    std::string text = "there is no certificate '" + one_line(word) + "'";
    std::vector<std::string_view> known;
    for (const CertStatus& each : status.certificates) {
        known.push_back(each.name);
        known.insert(known.end(), each.names.begin(), each.names.end());
    }
    if (known.empty()) return text + "; none is configured";
    if (const std::string_view near = nearest(word, known); !near.empty())
        return text + "; did you mean '" + std::string(near) + "'?";
    std::vector<std::string> names;
    for (const CertStatus& each : status.certificates) names.push_back(each.name);
    return text + "; there is: " + join(names, ", ");
}

Result<acme::StatusSnapshot> pick_certificates(const acme::StatusSnapshot& status, const std::vector<std::string>& words) {
    if (words.empty()) return status;
    acme::StatusSnapshot picked;
    picked.clock_sane = status.clock_sane;
    picked.clock_source = status.clock_source;
    for (const std::string& word : words) {
        const acme::CertStatus* found = find_certificate(status, word);
        if (found == nullptr) return Error::admin(about_unknown_certificate(status, word));
        picked.certificates.push_back(*found);
    }
    return picked;
}

}  // namespace postern
