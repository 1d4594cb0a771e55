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

// "64m", or "off", which is 0; of a log file too.
Result<void> take_max_body(int& into, std::string_view value);
std::string show_max_body(int bytes);

Result<void> take_proxy_time(int& into, std::string_view value);  // seconds
std::string show_proxy_time(int seconds);

}  // namespace postern::config
