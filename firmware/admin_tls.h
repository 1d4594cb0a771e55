// The TLS settings of the admin page: a generation for each certificate that it is told to show. Part of the composition.
#pragma once

#include <memory>
#include <string>

#include "firmware/config/config.h"
#include "server/tls/tls_context.h"

namespace postern {

struct AdminTls {
    std::string lineage;  // as in config::admin_lineage()
    std::shared_ptr<const tls::TlsContext> context;

    // As `config` wants it: this one, sessions that can be resumed and all, as long as it shows what this one does. A session is
    // resumed without a certificate: those that began with another one must not. `certificates` must outlive it.
    Result<AdminTls> following(const config::Config& config, const Published<tls::CertTable>& certificates) const;

    // What it shows to who dials an address; null: nothing yet.
    tls::CertTable::Bundle shown() const { return context ? context->certificates_for("").first : nullptr; }
};

}  // namespace postern
