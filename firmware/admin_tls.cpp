#include "firmware/admin_tls.h"

#include "firmware/config/admin_certificate.h"

namespace postern {

Result<AdminTls> AdminTls::following(const config::Config& config, const Published<tls::CertTable>& certificates) const {
    AdminTls next{config::admin_lineage(config), context};
    if (context && next.lineage == lineage) return next;
    tls::TlsOptions options;
    options.alpn = {"http/1.1"};                    // less code before it
    TRY(options.tickets, tls::TicketKeys::make());  // a ticket of a site opens nothing here
    options.lineage = next.lineage;
    TRY(next.context, tls::TlsContext::make(certificates, std::move(options)));
    return next;
}

}  // namespace postern
