// What a load balancer says before the first byte of a connection that it passes on: the PROXY protocol, versions 1 and 2
// (haproxy.org, "The PROXY protocol", 2020/03/05). Pure. Knows nothing of who may say it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/net/address.h"

namespace postern::net {

// A header of version 1 has at most 107 bytes, one of version 2 has 16 and what it says to follow: addresses and notes
// (section 2.2.1), of which none that is in use comes near this.
inline constexpr std::size_t kLongestProxyHeader = 2048;

struct ProxyHeader {
    enum class State : unsigned char { kPartial, kComplete, kBad };
    State state = State::kPartial;
    std::size_t size = 0;   // of a complete one
    bool told = false;      // it says whose the connection is; else (LOCAL, UNKNOWN, another family) it is the sender's own
    Address source;         // then, from where; IPv4 mapped into IPv6 stays as it was sent
    const char* why = "";   // of a bad one
};

// The header at the beginning of `bytes`. More bytes never change what was complete or bad.
ProxyHeader parse_proxy_header(std::string_view bytes);

}  // namespace postern::net
