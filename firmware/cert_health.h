// How long the certificates of a site are good, out of the status that acme publishes. For server/site/hsts.
#pragma once

#include "acme/status.h"
#include "server/base/published.h"
#include "server/site/hsts.h"

namespace postern {

class CertHealth final : public site::CertHealth {
public:
    explicit CertHealth(const Published<acme::StatusSnapshot>& status) : status_(status) {}  // borrowed
    // The first of its certificates to expire, where the site has two kinds of keys.
    WallTime public_until(const std::string& folder) const override;

private:
    const Published<acme::StatusSnapshot>& status_;
};

}  // namespace postern
