// The findings of a preflight as JSON: for `check --preflight --json`, and for the page that will show them.
#pragma once

#include <string>
#include <vector>

#include "acme/preflight/finding.h"
#include "firmware/admin/control.h"

namespace postern::admin {

// {"level":WORST,"findings":[{"check","level","about","seen","result","change","paste":[{"where","lines"}]}]}
std::string findings_json(const std::vector<acme::preflight::Finding>& findings);

// The same with "running", "at" and "names" before it.
std::string preflight_json(const Preflight& preflight);

}  // namespace postern::admin
