// Can the ports be reached? Judges one way in (an address and a port) by what came of fetching our own token. Pure.
#pragma once

#include "acme/preflight/finding.h"
#include "acme/preflight/ip_scope.h"
#include "acme/preflight/sights.h"

namespace postern::acme::preflight {

// One address and port, and all who meet there.
struct Way {
    std::string ip;
    Place place = Place::kOurs;
    std::uint16_t port = 80;        // from outside
    std::uint16_t listener = 80;    // our own, to which a router would lead it
    bool secure = false;
    std::vector<std::string> names;
    std::vector<std::string> methods;  // of the certificates that the names are in
    Fetched fetched;
    bool spared = false;  // another challenge of the list gets through at this address
};

std::string_view method_of(bool secure);  // the challenge for which the CA comes to that port

Finding judge_way(const Way& way, const OwnAddresses& own);

// Why our own answer could not be hung up behind a listener.
Finding judge_door(const DoorSight& door, std::uint16_t port, bool secure);

// The CA always asks at 80 and 443; another public port is for tests, or forgotten.
std::vector<Finding> judge_numbers(std::uint16_t http, std::uint16_t https, bool ca_is_near);

}  // namespace postern::acme::preflight
