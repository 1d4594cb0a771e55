// The status as text for a terminal: a table of all certificates, or one in full. Pure; words come from firmware/admin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acme/status.h"
#include "server/base/clock.h"

namespace postern {

// A verdict, a line for each certificate, and below them what went wrong with advice.
std::string status_text(const acme::StatusSnapshot& status, WallTime now);

// That the clock is not set; empty: it is.
std::string clock_text(const acme::StatusSnapshot& status);

// Everything that is known of one: `postern show`.
std::string certificate_text(const acme::CertStatus& status, WallTime now);

// 0 all is well, 1 one needs attention.
int status_exit(const acme::StatusSnapshot& status, WallTime now);

// The certificate that a person means: its name, or one of its host names, in any case. Null: none.
const acme::CertStatus* find_certificate(const acme::StatusSnapshot& status, std::string_view word);
// Those that were asked for, in this order; all when `words` is empty. kAdmin for an unknown one.
Result<acme::StatusSnapshot> pick_certificates(const acme::StatusSnapshot& status, const std::vector<std::string>& words);
// "there is no certificate 'exmaple.org'; did you mean 'example.org'?"
std::string about_unknown_certificate(const acme::StatusSnapshot& status, std::string_view word);

}  // namespace postern
