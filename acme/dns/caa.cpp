#include "acme/dns/caa.h"

#include <algorithm>

#include "acme/dns/caa_value.h"
#include "acme/dns/name.h"
#include "server/base/text.h"

namespace postern::acme::dns {

namespace {

using Answer = CaaVerdict::Answer;

bool is_wildcard(std::string_view name) { return has_prefix(name, "*."); }

// A property that a CA does not know and must (section 4.1): public CAs know these.
bool is_known(std::string_view tag) { return tag == "issue" || tag == "issuewild" || tag == "iodef"; }

bool is_one_of(const std::vector<std::string>& identities, std::string_view issuer) {
    return std::any_of(identities.begin(), identities.end(), [&](const std::string& each) { return equal_no_case(each, issuer); });
}

// Why this property, whose issuer is our CA, is not for us; empty: it is.
std::string narrower(const IssueValue& value, const CaaCase& wanted) {
    bool twice = false;
    const auto account = value.parameter("accounturi", twice);
    const auto methods = value.parameter("validationmethods", twice);
    if (twice) return "it has a parameter twice, which fits nobody";
    if (account && wanted.account_url.empty()) return "it is for the account " + printable(*account) + ", and we have none yet";
    if (account && *account != wanted.account_url) return "it is for the account " + printable(*account) + ", not for ours";
    if (!methods) return {};
    const auto list = split(*methods, ',');
    if (std::find(list.begin(), list.end(), wanted.method) != list.end()) return {};
    return "it is for the methods '" + printable(*methods) + "', not for " + wanted.method;
}

// The properties that count for this name (sections 4.2 and 4.3); none: everybody may.
std::vector<const CaaRecord*> relevant(const CaaCase& wanted, const CaaSet& set) {
    const auto pick = [&](std::string_view tag) {
        std::vector<const CaaRecord*> picked;
        for (const CaaRecord& record : set.records)
            if (record.tag == tag) picked.push_back(&record);
        return picked;
    };
    auto wild = is_wildcard(wanted.name) ? pick("issuewild") : std::vector<const CaaRecord*>();
    return wild.empty() ? pick("issue") : wild;
}

std::string record_to_add(const CaaCase& wanted, const CaaSet& set, std::string_view tag, std::string_view parameters) {
    return set.where + ". IN CAA 0 " + std::string(tag) + " \"" + wanted.identities.front() + std::string(parameters) + "\"";
}

CaaVerdict judge_properties(const CaaCase& wanted, const CaaSet& set, const std::vector<const CaaRecord*>& properties) {
    CaaVerdict verdict;
    std::string reason;
    for (const CaaRecord* record : properties) {
        const auto value = parse_issue_value(record->value);
        if (!value || value->issuer.empty() || !is_one_of(wanted.identities, value->issuer)) continue;
        const std::string why = narrower(*value, wanted);
        if (why.empty()) {
            verdict.why = "the CAA records of " + set.where + " name the CA";
            return verdict;
        }
        reason = why;
    }
    verdict.answer = Answer::kForbidden;
    verdict.why = "the CAA records of " + set.where + (reason.empty() ? " do not name the CA" : " name the CA, but " + reason);
    // Where somebody narrowed it down to an account, our line does so too.
    const bool by_account = reason.find("the account") != reason.npos && !wanted.account_url.empty();
    verdict.change = record_to_add(wanted, set, properties.front()->tag, by_account ? "; accounturi=" + wanted.account_url : "");
    return verdict;
}

}  // namespace

std::vector<std::string> caa_path(std::string_view name) {
    if (is_wildcard(name)) name.remove_prefix(2);
    std::vector<std::string> path;
    std::string here = canonical_name(name);
    while (!here.empty()) {
        path.push_back(here);
        const auto dot = here.find('.');
        here = dot == here.npos ? "" : here.substr(dot + 1);
    }
    return path;
}

Result<CaaSet> find_caa(Resolver& resolver, std::string_view name) {
    for (std::string& where : caa_path(name)) {
        TRY(Reply reply, resolver.ask({where, Type::kCaa}));
        if (!reply.caa.empty()) return CaaSet{std::move(where), std::move(reply.caa)};
    }
    return CaaSet{};
}

CaaVerdict judge_caa(const CaaCase& wanted, const CaaSet& set) {
    CaaVerdict verdict;
    for (const CaaRecord& record : set.records) verdict.found.push_back(caa_text(record));
    if (set.records.empty()) {
        verdict.why = "no CAA records: every CA may issue";
        return verdict;
    }
    for (const CaaRecord& record : set.records) {
        if (!record.critical || is_known(record.tag)) continue;
        verdict.answer = Answer::kForbidden;
        verdict.why = set.where + " has a critical CAA property that a CA may not know: " + printable(record.tag);
        verdict.change = "take it out, or make its flag 0: " + caa_text(record);
        return verdict;
    }
    const auto properties = relevant(wanted, set);
    if (properties.empty()) {
        verdict.why = "the CAA records of " + set.where + " keep no CA from issuing";
        return verdict;
    }
    if (!wanted.identities.empty()) {
        CaaVerdict judged = judge_properties(wanted, set, properties);
        judged.found = std::move(verdict.found);
        return judged;
    }
    verdict.answer = Answer::kUnknown;
    verdict.why = "the CAA records of " + set.where + " name who may issue, and the CA does not say what it is called in them";
    return verdict;
}

std::string caa_text(const CaaRecord& record) {
    return std::string(record.critical ? "128" : "0") + " " + record.tag + " \"" + printable(record.value) + "\"";
}

}  // namespace postern::acme::dns
