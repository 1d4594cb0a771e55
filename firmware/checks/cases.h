// From the configuration and the state to what the preflight looks at. Reads the state folder, changes nothing.
#pragma once

#include <string>
#include <vector>

#include "acme/preflight/examiner.h"
#include "firmware/config/config.h"
#include "server/base/files.h"

namespace postern::checks {

acme::preflight::Frame frame_of(const config::Config& config, FileSystem& files, bool whole);

// Of every site whose certificate comes from a CA, or of the one in that folder.
std::vector<acme::preflight::Case> cases_of(const config::Config& config, FileSystem& files, const std::string& only = {});

// Of one certificate with these names from the first CA, as if it was configured; none when that CA is not known.
std::vector<acme::preflight::Case> case_of_names(const config::Config& config, FileSystem& files, const std::vector<std::string>& names);

acme::Ledger ledger_of(FileSystem& files, const std::string& state);  // empty where there is none, or a damaged one

}  // namespace postern::checks
