// Networks in CIDR form (RFC 4632, RFC 4291 section 2.3): who may speak to a listener or see a site.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/ip.h"
#include "server/base/result.h"

namespace postern {

class Subnet {
public:
    // "10.0.0.0/8", "fd00::/8", or one address. kRefuse, saying what is wrong, when it is none, or when bits beyond the length
    // are set: the writer meant something else.
    static Result<Subnet> parse(std::string_view text);

    // `ip`: an address in text, without brackets, as in http::Context::peer; IPv4 mapped into IPv6 counts as IPv4, and a zone
    // (fe80::1%eth0) is no part of it. False when it is none.
    bool contains(std::string_view ip) const;
    bool contains(const Ip& ip) const;

    std::string text() const;  // as parse() takes it

private:
    Ip first_;
    int length_ = 0;
};

bool contains(const std::vector<Subnet>& subnets, std::string_view ip);
bool contains(const std::vector<Subnet>& subnets, const Ip& ip);

// This machine, and what is never routed in the Internet: loopback, RFC 1918, RFC 6598 (providers' own NAT), link-local
// (RFC 3927, RFC 4291) and unique local addresses (RFC 4193).
const std::vector<Subnet>& private_subnets();

}  // namespace postern
