// CAA: who may issue for a name (RFC 8659), and how narrowly (RFC 8657). Climbs the tree over the Resolver, judges without
// it. Used by the preflight; the CA has the last word, so a verdict here warns and never stops an order.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acme/dns/resolver.h"

namespace postern::acme::dns {

// Who asks for what.
struct CaaCase {
    std::string name;                     // as in the order; "*.example.org" is judged by issuewild
    std::vector<std::string> identities;  // the CA's own names: caaIdentities of its directory
    std::string account_url;              // empty: there is no account yet
    std::string method = "http-01";       // of the challenge
};

// The set that counts: that of the name, or of the nearest name above it that has one.
struct CaaSet {
    std::string where;  // empty: there is none up to the top, so everybody may issue
    std::vector<CaaRecord> records;
};

struct CaaVerdict {
    enum class Answer : unsigned char { kAllowed, kForbidden, kUnknown } answer = Answer::kAllowed;
    std::string why;                 // a sentence; never empty
    std::string change;              // the record to add, in a zone file's words; empty when none is needed
    std::vector<std::string> found;  // the set as text, fit for a terminal
};

// RFC 8659 section 3: the names to ask, from `name` (without "*.") to the top-level domain, in this order.
std::vector<std::string> caa_path(std::string_view name);

// Asks along the path. An error is that a name could not be asked: a CA refuses to issue then (section 3).
Result<CaaSet> find_caa(Resolver& resolver, std::string_view name);

CaaVerdict judge_caa(const CaaCase& wanted, const CaaSet& set);

// `0 issue "letsencrypt.org"`, as dig and zone files write it.
std::string caa_text(const CaaRecord& record);

}  // namespace postern::acme::dns
