// [admin] certificate: which certificate the admin page shows, and by which names it may be asked for because of it. Pure; used by
// the plan, the composition and the checks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config.h"

namespace postern::config {

// The folder below live/ of the page's own self-signed pair.
inline constexpr std::string_view kAdminPair = "admin";

// Whether the page wants a pair of its own: it is told to have one, or there is no site whose certificate it could show.
bool wants_admin_pair(const Config& config);

// The lineage whose certificate answers there, whatever name is asked for; empty: that of the name, else the first site's.
std::string admin_lineage(const Config& config);

// Its `hosts`, and the names of the site whose certificate it is told to show.
std::vector<std::string> admin_hosts(const Config& config);

// The word of [admin] certificate for which the admin page follows [site NAME].
bool names_site(std::string_view word, std::string_view site_name);

}  // namespace postern::config
