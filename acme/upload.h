// A certificate that its owner brings himself, from a CA that we do not ask: read as people have such files, then checked
// like one that was issued to us. It may be the work of somebody who found the page open: its key is never used again.
#pragma once

#include <string>

#include "acme/lineage.h"
#include "acme/ports.h"
#include "server/base/secret.h"

namespace postern::acme {

// As sent: PEM with whatever stands around the blocks; one file that holds both may be both.
struct Upload {
    Secret chain;  // for the same reason
    Secret key;
};

// The CERTIFICATE blocks, and the PRIVATE KEY block, alone; every other line is empty, so that lines keep their numbers.
// kRefuse: there are none.
Result<Upload> read_upload(const Upload& sent);

// Whether it may serve here: the key belongs to the first certificate, which covers every name (more are fine) and is one
// for servers, each is signed by the next, none has expired, and a handshake succeeds. kRefuse says which of these does
// not hold. Who has signed the last one is not looked at.
Result<Pair> check_upload(const WantedCert& wanted, const Upload& upload, WallTime now, PairProbe& probe);

// Likewise, of one that nobody but itself has signed too.
Result<Pair> check_pair(const WantedCert& wanted, const Upload& upload, WallTime now, PairProbe& probe);

Secret stored_form(const Secret& part);  // of what was read: without the empty lines

}  // namespace postern::acme
