#include "firmware/checks/own_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstddef>

namespace postern::checks {

acme::preflight::OwnAddresses addresses_in(const ifaddrs* list) {
    acme::preflight::OwnAddresses own;
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_UP) == 0) continue;
        const auto* raw = reinterpret_cast<const char*>(one->ifa_addr);
        std::string ip;
        if (one->ifa_addr->sa_family == AF_INET) ip.assign(raw + offsetof(sockaddr_in, sin_addr), 4);
        if (one->ifa_addr->sa_family == AF_INET6) ip.assign(raw + offsetof(sockaddr_in6, sin6_addr), 16);
        // an address that an administrator gave to lo is ours like any other
        if (!ip.empty() && acme::preflight::scope_of(ip) != acme::preflight::Scope::kLoopback && !own.has(ip)) own.ips.push_back(ip);
    }
    return own;
}

acme::preflight::OwnAddresses own_addresses() {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return {};
    acme::preflight::OwnAddresses own = addresses_in(list);
    freeifaddrs(list);
    return own;
}

}  // namespace postern::checks
