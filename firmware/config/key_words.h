// Words that rows of several parts of the table of keys share: what is allowed.
#pragma once

#include <string_view>

namespace postern::config {

inline constexpr std::string_view kAddressesAllowed = "IP addresses with ports, such as [::]:443 or 192.0.2.1:443, or off";
inline constexpr std::string_view kNamesAllowed = "host names and IP addresses, separated by commas";
inline constexpr std::string_view kProxiesAllowed = "networks such as 10.0.0.0/24, addresses, private, separated by commas";
inline constexpr std::string_view kAllowAllowed = "networks such as 192.168.1.0/24 or fd00::/8, addresses, private, any, separated by commas";

}  // namespace postern::config
