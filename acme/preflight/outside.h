// The outside as an interface, filled by firmware/preflight and by the tests' fakes: each call is bounded in time and can be
// called off.
#pragma once

#include <string>

#include "acme/preflight/ip_scope.h"
#include "acme/preflight/sights.h"

namespace postern::acme::preflight {

// Where to knock: `name` is asked for (Host and SNI) at this very address.
struct Target {
    std::string name, ip;
    std::uint16_t port = 80;
    bool secure = false;  // TLS, whatever certificate is shown
};

class Outside {
public:
    virtual ~Outside() = default;
    virtual OwnAddresses own_addresses() = 0;
    // The doors behind which our answer hangs, for as long as this lives.
    virtual DoorSight door(bool secure) = 0;
    virtual Fetched fetch(const Target& target) = 0;
    virtual CaSight look_at_ca(const Case& one) = 0;
    virtual StateSight state() = 0;
};

}  // namespace postern::acme::preflight
