// What lies between a certificate that a CA sent and one that serves: it is checked, tried in a handshake, stored by one
// rename, and only then published. Any failure leaves the old one serving.
#pragma once

#include <string>
#include <variant>

#include "acme/lineage.h"
#include "acme/ports.h"
#include "acme/run.h"

namespace postern::acme {

struct Installed {
    Pair pair;
    int generation = 0;
};

struct NotInstalled {
    Problem problem;
    bool keep_order = false;  // the certificate is good, only our disk was not
    bool permanent = false;   // the next one will be no better
};

// The first half: whether what came would be installed.
Result<Pair> check_issued(const WantedCert& wanted, const Issued& issued, WallTime now, PairProbe& probe);

// A certificate that ends before `to_outlast` does is refused; null: none is.
std::variant<Installed, NotInstalled> install(const WantedCert& wanted, const Issued& issued, const Pair& to_outlast,
                                              WallTime now, Store& store, PairProbe& probe, CertPublisher& publisher);

}  // namespace postern::acme
