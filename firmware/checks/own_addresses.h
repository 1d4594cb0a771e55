// The addresses of this machine's interfaces, for comparing them with what DNS says.
#pragma once

#include "acme/preflight/ip_scope.h"

struct ifaddrs;

namespace postern::checks {

// Of every interface that is up, loopback left out; none when the system does not tell.
acme::preflight::OwnAddresses own_addresses();

// The same of a list as getifaddrs(3) gives it.
acme::preflight::OwnAddresses addresses_in(const ifaddrs* list);

}  // namespace postern::checks
