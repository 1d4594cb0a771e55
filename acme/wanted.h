// What the configuration wants of acme: plain values, made by firmware/config/plan, checked before they arrive here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/policy/ledger.h"
#include "acme/protocol/challenge_type.h"
#include "acme/protocol/jws.h"
#include "server/base/clock.h"
#include "server/crypto/keys.h"

namespace postern::acme {

// When to renew: with this fraction of the lifetime left, or with this many seconds left.
struct RenewAt {
    double fraction = 1.0 / 3;  // used when seconds == 0; in (0, 1)
    long long seconds = 0;
};

struct CaSettings {
    std::string name;           // folder below accounts/: "letsencrypt", "staging", or derived from the URL's host
    std::string directory_url;
    std::string ca_file;        // empty: the system's trust anchors
    std::string email;          // empty: no contact
    bool agree_tos = false;
    ExternalAccount external;
    CaLimits limits;            // what it publishes; all zero: none
};

// Files that somebody else keeps: what stands in them serves, and what comes to stand in them.
struct CertFiles {
    std::string chain, key;  // paths; one file may be both

    bool operator==(const CertFiles&) const = default;
};

struct WantedCert {
    std::string name;                // folder live/NAME
    std::vector<std::string> names;  // identifiers, lower case; IP addresses in canonical form
    CaSettings ca;
    crypto::KeyType key_type = crypto::KeyType::kEc256;
    bool reuse_key = false;          // of the certificate that is renewed
    RenewAt renew_at;
    std::vector<ChallengeType> challenges = {ChallengeType::kHttp01, ChallengeType::kTlsAlpn01};  // in order of preference
    std::vector<std::string> profiles;  // in order of preference, the first that the CA offers; none: the CA's own choice
    std::string preferred_chain;     // common name of a root; empty: the CA's first chain
    bool from_ca = true;             // false: no CA is asked; without files a self-signed pair is all that is wanted
    std::optional<CertFiles> files;  // never with from_ca

    bool self_signed() const { return !from_ca && !files; }
    std::string_view kind() const { return from_ca ? "acme" : files ? "files" : "self-signed"; }
};

}  // namespace postern::acme
