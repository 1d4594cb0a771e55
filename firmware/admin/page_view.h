// What the admin page says, as values for the slots of www/admin/index.html: the one place where a status becomes words.
#pragma once

#include <string_view>

#include "firmware/admin/control.h"
#include "firmware/admin/html_template.h"
#include "firmware/admin/language.h"
#include "server/base/clock.h"

namespace postern::admin {

// Certificates that need attention come first, otherwise the configuration's order stays.
Values page_values(const acme::StatusSnapshot& status, const ServerFacts& facts, WallTime now, std::string_view version,
                   const Words& words = Words::in("en"));

}  // namespace postern::admin
