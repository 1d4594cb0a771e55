// The values of [acme] thumbprint and challenge_upstream and of [deploy NAME].
#pragma once

#include <string>
#include <string_view>

#include "firmware/config/config_keys.h"
#include "firmware/config/sharing_config.h"
#include "server/base/result.h"

namespace postern::config {

// kAdmin when it is none: https (an answer to a challenge is no secret, and who asks is no browser), a query, a user.
Result<Upstream> parse_upstream(std::string_view text);

Result<void> take_upstream(Upstream& into, std::string_view value);
std::string show_upstream(const Upstream& upstream);
Result<void> take_thumbprint(std::string& into, std::string_view value);
Result<void> take_certificates(std::vector<std::string>& into, std::string_view value);  // words: check_deploys() looks them up

}  // namespace postern::config
