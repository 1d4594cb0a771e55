// The sockets in acme's wall: what it needs of the rest of the house, as interfaces that firmware/compose fills.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "acme/status.h"
#include "server/base/result.h"
#include "server/crypto/cert_bundle.h"

namespace postern::acme {

// Tries a new pair in a TLS handshake in memory (1.2 and 1.3) before it may serve.
class PairProbe {
public:
    virtual ~PairProbe() = default;
    virtual Result<void> try_pair(std::shared_ptr<const crypto::CertBundle> pair, const std::string& server_name) = 0;
};

// Puts a pair into service for these names; returns when new handshakes will use it.
class CertPublisher {
public:
    virtual ~CertPublisher() = default;
    virtual void publish(const std::string& name, const std::vector<std::string>& names,
                         std::shared_ptr<const crypto::CertBundle> pair) = 0;
    virtual void withdraw(const std::string& name) = 0;  // no longer configured
};

// Hears of each run of renewals: what the owner wants run or told is somebody else's. Called on acme's thread, which waits.
// Each gives what went wrong, for who follows the run; empty: nothing. None of it changes what acme does.
class RunListener {
public:
    virtual ~RunListener() = default;
    virtual std::string run_begins() = 0;  // something is due: before the first order
    // A new certificate serves and live/NAME leads to it.
    virtual std::string installed(const std::string& name, const std::vector<std::string>& names) = 0;
    virtual std::string run_ended() = 0;   // after the last one, whatever came of them; the status tells
};

}  // namespace postern::acme
