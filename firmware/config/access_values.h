// What the keys of a site's visitors do with the text of the INI. Used by the table of keys through bindings.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config_keys.h"

namespace postern::config {

Result<void> take_allow(std::vector<std::string>& into, std::string_view value);  // networks, addresses, "private", "any"
Result<void> take_deny(std::vector<std::string>& into, std::string_view value);   // the same without "any"
Result<void> take_proxies(std::vector<std::string>& into, std::string_view value);  // likewise
Result<void> take_users(std::string& into, std::string_view value, const Draft& draft);  // a file as htpasswd writes it
Result<void> take_rate(site::Rate& into, std::string_view value);  // "10/s", "30/m burst 60"
std::string show_rate(const site::Rate& rate);

}  // namespace postern::config
