// Whether a chain leads to somebody whom visitors trust. For acme, which warns where it does not.
#pragma once

#include <string>
#include <vector>

#include "server/crypto/cert_bundle.h"

namespace postern::crypto {

// True when a certificate of the chain is one of `anchors` or signed by one: any of them, for the last may be signed by an
// old root besides. `anchors`: PEM, one certificate each; what cannot be read is none. Reads them all: some milliseconds.
bool leads_to_anchor(const CertBundle& bundle, const std::vector<std::string>& anchors);

}  // namespace postern::crypto
