// What a site says of who may see it: the part of [site NAME] that is about visitors.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/access/htpasswd.h"
#include "server/site/allowed.h"
#include "server/site/rate_limit.h"

namespace postern::config {

struct SiteAccess {
    std::vector<std::string> allow, deny;  // "private", "any", or networks, as written
    std::string basic_auth;                        // the file's path; empty: no password is asked for
    site::Rate rate;                               // count 0: none
    std::shared_ptr<const access::Users> users;    // what it held when it was read; null without it
};

// "private" and "any" become networks too.
std::vector<Subnet> subnets_of(const std::vector<std::string>& items);
site::AddressRule addresses_of(const SiteAccess& access);

}  // namespace postern::config
