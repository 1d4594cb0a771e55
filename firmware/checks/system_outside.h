// The real outside of the preflight: interfaces, sockets, the CA, the disk.
#pragma once

#include <functional>
#include <memory>

#include "acme/preflight/finding.h"
#include "acme/preflight/outside.h"
#include "acme/wanted.h"
#include "acme/protocol/transport.h"
#include "firmware/admin/probe.h"
#include "firmware/config/config.h"
#include "server/base/files.h"
#include "server/base/random.h"
#include "server/base/waiting.h"

namespace postern::checks {

// Everything is borrowed and must outlive it.
struct OutsideParts {
    const config::Config& config;
    FileSystem& files;
    const Clock& clock;
    const Cancel& cancel;
    admin::Probe probe;                                  // hangs behind the doors
    acme::preflight::DoorSight plain, secure;
    std::function<std::unique_ptr<acme::Transport>(const std::string& ca_file)> connect;
    std::function<void(acme::Transport*)> watch{};       // told of the transport in use, null after: to cancel it
};

class SystemOutside final : public acme::preflight::Outside {
public:
    explicit SystemOutside(OutsideParts parts) : parts_(std::move(parts)) {}

    acme::preflight::OwnAddresses own_addresses() override;
    acme::preflight::DoorSight door(bool secure) override { return secure ? parts_.secure : parts_.plain; }
    acme::preflight::Fetched fetch(const acme::preflight::Target& target) override;
    acme::preflight::CaSight look_at_ca(const acme::preflight::Case& one) override;
    acme::preflight::StateSight state() override;

private:
    OutsideParts parts_;
};

// All of it together: what stands in the way of certificates for these cases, by the configured DNS servers.
std::vector<acme::preflight::Finding> look(OutsideParts parts, Random& random, bool whole, const std::vector<acme::preflight::Case>& cases);

}  // namespace postern::checks
