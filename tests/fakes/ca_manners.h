// How the CA of the tests behaves, for a test to change.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/fakes/test_ca.h"

namespace postern::fakes {

struct CaManners {
    int polls_until_ready = 0;      // of the order, after the last challenge
    int polls_until_issued = 0;     // of the order, after finalize
    bool authz_reuse = false;       // authorizations are valid from the start
    bool no_authorizations = false; // orders come back ready, with none
    bool validates = true;          // false: challenges fail
    std::vector<std::string> offers = {"dns-01", "http-01"};  // for each name, in this order; tls-alpn-01 besides
    std::string processing;         // of `offers`: one that is under way from the start
    std::string retry_after;        // of orders in progress
    long long validity = 90 * 86400;
    std::vector<std::string> issues_for;  // not empty: certificates are for these, whatever was ordered
    std::optional<TestCa> other;        // offers a chain of its own beside the issuer's, as an alternate
    std::set<std::string> invalid;      // names whose validation fails, whatever `validates` says
    std::string mac_key;                // of the one external account that it knows, "kid-1"; empty: it asks for none
    std::vector<std::string> profiles;  // advertised
    std::set<std::string> refused_profiles;
    bool know_all_accounts = false;     // those of another life too
    bool renewal_info = false;      // offered (RFC 9773), with this answer (JSON)
    std::string window;
};

}  // namespace postern::fakes
