// The cookie of a session at the admin page. Browsers keep cookies by host and not by port: a site of the same name gets it with
// each request, and whatever it passes on goes without. Used by the admin page and by proxy.
#pragma once

#include <string_view>

namespace postern::http {

inline constexpr std::string_view kAdminCookie = "__Host-postern";

}  // namespace postern::http
