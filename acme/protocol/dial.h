// TCP connections by a deadline: the name is looked up, its addresses are tried, both IP versions, the next one beside the one
// that is slow, and all of it can be called off from another thread. For the transport; knows neither TLS nor HTTP.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/base/result.h"
#include "server/base/unique_fd.h"
#include "server/base/waiting.h"

namespace postern::acme {

struct SocketAddress {
    alignas(8) unsigned char bytes[28] = {};  // sockaddr_in or sockaddr_in6
    std::uint32_t size = 0;
    int family = 0;
    std::string text;  // for messages
};

// As getaddrinfo(3) orders them, but with the families taking turns, 8 at most. "localhost" never leaves the box (RFC
// 6761 section 6.3). The look-up goes on in a thread of its own when the deadline has passed: the system's resolver
// cannot be called off.
Result<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port, const Deadline& deadline);

// A connected, non-blocking socket: to the first of these addresses that takes it, each with a quarter of a second of head
// start before the next (RFC 8305 section 5). kRetry names them all, with why.
Result<UniqueFd> connect_first(const std::vector<SocketAddress>& addresses, const Deadline& deadline);

// Both in one: look_up and connect_first.
Result<UniqueFd> dial(const std::string& host, std::uint16_t port, const Deadline& deadline);

}  // namespace postern::acme
