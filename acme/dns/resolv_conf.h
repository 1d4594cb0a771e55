// Which DNS servers to ask and how patiently: /etc/resolv.conf (resolv.conf(5)), or one server of the configuration. Pure:
// text in, values out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "acme/dns/limits.h"
#include "server/base/result.h"

namespace postern::acme::dns {

struct Server {
    std::string ip;            // 4 or 16 bytes
    std::uint16_t port = 53;
    std::string zone;          // of a link-local IPv6 address: "eth0"

    std::string text() const;  // "192.0.2.1", "[2001:db8::1]:5353"
};

struct ServerList {
    std::vector<Server> servers;         // 1 to limits::kDnsServers
    Millis per_try = limits::kDnsTry;    // 1 s to limits::kDnsMostTry
    int attempts = limits::kDnsAttempts; // rounds, 1 to limits::kDnsMostAttempts
};

// Never fails: what is no line of ours is overlooked as the system's resolver does it, and without a server it is that of
// this machine, 127.0.0.1.
ServerList parse_resolv_conf(std::string_view text);

// "9.9.9.9", "9.9.9.9:5353", "2620:fe::fe", "[2620:fe::fe]:53". kAdmin for everything else, names too.
Result<Server> parse_server(std::string_view text);

}  // namespace postern::acme::dns
