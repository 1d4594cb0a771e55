// A certificate that its owner brings himself, from a CA that we do not ask: read as people have such files, then checked
// like one that was issued to us.
#pragma once

#include <string>

#include "acme/lineage.h"
#include "acme/ports.h"
#include "server/base/secret.h"

namespace postern::acme {

// As sent: PEM with whatever stands around the blocks; one file that holds both may be both.
struct Upload {
    std::string chain;
    Secret key;
};

// The same as it is stored: the CERTIFICATE blocks, and the PRIVATE KEY block, alone. kRefuse: there are none.
Result<Upload> read_upload(const Upload& sent);

// Whether it may serve here: the key belongs to the first certificate, which covers every name (more are fine), each is
// signed by the next, none has expired, and a handshake succeeds. kRefuse says which of these does not hold.
Result<Pair> check_upload(const WantedCert& wanted, const Upload& upload, WallTime now, PairProbe& probe);

}  // namespace postern::acme
