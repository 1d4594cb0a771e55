// The configured ports opened for the moment of a check, when no server runs: nothing answers there but challenges and
// probes. Part of the composition of `check`.
#pragma once

#include <memory>

#include "acme/preflight/sights.h"
#include "firmware/config/config.h"
#include "server/base/random.h"
#include "server/front/front.h"
#include "server/site/challenge.h"

namespace postern::checks {

class OwnDoors {
public:
    // Binds what it may; what it may not is told by door(). Before privileges are dropped. All is borrowed.
    static Result<std::unique_ptr<OwnDoors>> open(const config::ServerSection& server, const site::ChallengeSource& source,
                                                  const Clock& clock, Log& log, Random& random);
    ~OwnDoors();  // closes them at once

    Result<void> start();  // serves; after privileges were dropped
    const acme::preflight::DoorSight& door(bool secure) const { return secure ? secure_ : plain_; }

private:
    OwnDoors() = default;
    Result<void> make_tls(Random& random);

    Published<tls::CertTable> certificates_;
    std::shared_ptr<const tls::TlsContext> tls_;
    acme::preflight::DoorSight plain_, secure_;
    std::unique_ptr<front::Front> plain_front_, secure_front_;
};

}  // namespace postern::checks
