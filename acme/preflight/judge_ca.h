// What stands between us and the CA: its directory and chain, the CAA records of the names, its limits. Pure.
#pragma once

#include "acme/dns/caa.h"
#include "acme/preflight/finding.h"
#include "acme/preflight/sights.h"

namespace postern::acme::preflight {

Finding judge_directory(const Case& one, const CaSight& ca);

// What CAA says of one name; kUnknown with `why` when it could not be looked up.
struct CaaSight {
    std::string name;
    dns::CaaVerdict verdict;
    bool asked = true;  // false: a question was not answered
};
// Names with the same verdict come in one finding.
std::vector<Finding> judge_caa_of(const std::vector<CaaSight>& sights);

Finding judge_limits(const Case& one, const Ledger& ledger, WallTime now);

}  // namespace postern::acme::preflight
