// Whether a request is meant for us: a page of a foreign name that was pointed at our address (DNS rebinding) is not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postern::admin {

// `host` as in http::Request: lower case, no port, IPv6 without brackets. True for "localhost", for loopback addresses
// (127.0.0.0/8, ::1, and the former mapped into IPv6), for the very address that the connection has reached (`local`, as in
// http::Context: whoever rebinds a name still has the browser send the name) and for those of `hosts` (lower case;
// "*.example.org" stands for one label).
// IP addresses in any spelling.
bool is_own_host(std::string_view host, std::string_view local, const std::vector<std::string>& hosts);

}  // namespace postern::admin
