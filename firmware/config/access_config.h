// What a site says of who may see it: the part of [site NAME] that is about visitors.
#pragma once

#include <string>
#include <vector>

#include "server/site/allowed.h"

namespace postern::config {

struct SiteAccess {
    std::vector<std::string> allow, deny;  // "private", "any", or networks, as written
};

// "private" and "any" become networks too.
std::vector<Subnet> subnets_of(const std::vector<std::string>& items);
site::AddressRule addresses_of(const SiteAccess& access);

}  // namespace postern::config
