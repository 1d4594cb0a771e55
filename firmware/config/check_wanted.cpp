// What a site wants of its CA, and what stands between it and that.
#include "firmware/config/host_name.h"
#include "firmware/config/reading.h"
#include "firmware/config/values.h"
#include "server/net/address.h"

namespace postern::config {

namespace {

// What stands between these names and a certificate from this CA.
void check_obtainable(Reading& reading, const SiteSection& site) {
    const std::string title = title_of(site);
    const bool lets_encrypt = site.ca == "letsencrypt" || site.ca == "letsencrypt-staging";
    for (const std::string& name : site.names) {
        if (is_wildcard(name))
            reading.fault(title, "names", "a certificate for '" + name + "' needs the challenge dns-01, which is not in this "
                                          "version yet; list the names one by one, or set certificate = self-signed");
        if (lets_encrypt && net::is_ip_literal(name))
            reading.fault(title, "names", "Let's Encrypt certifies the IP address " + name + " with its profile shortlived alone, "
                                          "which is not in this version yet; set certificate = self-signed");
    }
}

}  // namespace

void fill_wanted(Reading& reading, SiteSection& site) {
    const auto ca = find_ca(reading.config, site.ca);
    if (!ca) return;  // told by check_ca, or with [acme] ca
    check_obtainable(reading, site);
    const auto renew_at = parse_renew_at(site.renew_at);
    if (!renew_at.ok()) return;
    site.wanted = acme::WantedCert{site.folder, site.names, *ca, site.key_type, *renew_at};
}

// Said once, not for each site: with the first that needs it.
void check_consent(Reading& reading, const SiteSection& site) {
    const AcmeSection& acme = reading.config.acme;
    if (!acme.agree_tos && !reading.is_faulty("acme", "agree_tos"))
        reading.fault("acme", "agree_tos", "must be yes before a CA is asked for the certificate of [" + title_of(site) +
                                               "]: read its terms of service (Let's Encrypt: https://letsencrypt.org/repository/)"
                                               ", or set certificate = self-signed for the site", site.line);
    if (reading.config.server.http.empty() && !reading.is_faulty("server", "http"))
        reading.fault("server", "http", "off, but the CA asks there for the challenge http-01 of [" + title_of(site) +
                                            "]; allowed: an address such as [::]:80", site.line);
}

}  // namespace postern::config
