// Values of [admin] from text to type, strictly. Used by the bindings of its keys; an error says what is wrong, and holds no
// secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config_keys.h"
#include "server/base/result.h"

namespace postern::config {

Result<void> take_admin_certificate(std::string& into, std::string_view value);  // whether there is such a site is seen later
Result<void> take_password_hash(std::shared_ptr<const Secret>& into, std::string_view value);
Result<void> take_password_hash_file(std::string& into, std::string_view value, const Draft& draft);
Result<void> take_setup_token(std::shared_ptr<const Secret>& into, std::string_view value);
Result<void> take_setup_token_file(std::string& into, std::string_view value, const Draft& draft);
Result<void> take_bearer_token(std::shared_ptr<const Secret>& into, std::string_view value);
Result<void> take_metrics_token_file(std::string& into, std::string_view value, const Draft& draft);
Result<void> take_pull_token_file(std::string& into, std::string_view value, const Draft& draft);  // of [deploy NAME]
Result<void> take_security_file(std::string& into, std::string_view value, const Draft& draft);

}  // namespace postern::config
