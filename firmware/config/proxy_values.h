// What the keys about passing requests on do with the text of the INI. Used by the table of keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"
#include "server/proxy/route.h"

namespace postern::config {

Result<void> take_proxy(std::vector<proxy::Route>& into, std::string_view value);  // "/prefix http://host:port[/base] ..."
std::string show_proxy(const std::vector<proxy::Route>& routes);

Result<void> take_proxy_time(int& into, std::string_view value);  // seconds
std::string show_proxy_time(int seconds);

}  // namespace postern::config
