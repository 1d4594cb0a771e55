// Lines to paste that open or free a port, for the systems that routers run. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acme/preflight/finding.h"

namespace postern::acme::preflight {

// Lets this TCP port in through the firewall of this machine.
std::vector<Paste> open_port(std::uint16_t port);
// Leads a TCP port of the router in front to ours; `ip` is ours as text. For the router, not for this machine.
std::vector<Paste> forward_port(std::uint16_t outer, const std::string& ip, std::uint16_t inner);
// Finds who has a port, and moves the usual one of OpenWrt (uhttpd) away.
std::vector<Paste> free_port(std::uint16_t port, bool secure);
// A line of the domain's zone; a line of [server] in the INI.
std::vector<Paste> zone_line(const std::string& line);
std::vector<Paste> server_key(const std::string& line);
std::vector<Paste> external_account_keys();  // to fill in
std::vector<Paste> set_clock();
std::vector<Paste> install_anchors();

}  // namespace postern::acme::preflight
