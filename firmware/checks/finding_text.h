// Findings as text for a terminal of 80 columns: a paragraph each, and lines to paste that are never wrapped. Pure.
#pragma once

#include <string>
#include <vector>

#include "acme/preflight/finding.h"

namespace postern::checks {

std::string findings_text(const std::vector<acme::preflight::Finding>& findings);

// Breaks at blanks, so that no line is longer than `width` unless a word is; every line begins with `indent` blanks.
std::string wrap(const std::string& text, std::size_t indent, std::size_t width);

// "2 faults and 1 warning. ..." with what follows from them.
std::string verdict_text(const std::vector<acme::preflight::Finding>& findings);

}  // namespace postern::checks
