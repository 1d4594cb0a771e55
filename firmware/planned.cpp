#include "firmware/planned.h"

#include "firmware/config/plan.h"

namespace postern {

acme::StatusSnapshot planned_certificates(const config::Config& config) {
    acme::StatusSnapshot planned;
    for (const acme::WantedCert& each : config::make_plan(config).certificates) {
        acme::CertStatus& status = planned.certificates.emplace_back();
        status.name = each.name;
        status.names = each.names;
    }
    return planned;
}

}  // namespace postern
