#include <algorithm>
#include <map>

#include "firmware/config/host_name.h"
#include "firmware/config/reading.h"
#include "firmware/config/values.h"
#include "server/base/text.h"
#include "server/net/address.h"

namespace postern::config {

namespace {

using Certificate = SiteSection::Certificate;

std::string title_of(const SiteSection& site) { return "site " + site.name; }

// The section's name is the site's name where no others are written.
void fill_names(Reading& reading, SiteSection& site) {
    const std::string title = title_of(site);
    if (!site.names.empty() || reading.is_written(title, "names") || reading.is_faulty(title, "")) return;
    const auto name = parse_site_name(site.name);
    if (name.ok()) site.names.push_back(*name);
    else reading.fault(title, "names", "is not set, so the site's own name counts: " + name.error().text());
}

void check_folder(Reading& reading, SiteSection& site, std::map<std::string, const SiteSection*>& folders) {
    auto folder = folder_of(site.name);
    if (!folder.ok()) return reading.fault(title_of(site), "", folder.error().text());
    site.folder = *folder;
    const auto [other, fresh] = folders.emplace(site.folder, &site);
    if (fresh) return;
    reading.fault(title_of(site), "", "its certificate would go into the folder live/" + site.folder + " of [" +
                                          title_of(*other->second) + "] in line " + std::to_string(other->second->line) +
                                          "; choose another name");
}

void check_names(Reading& reading, const SiteSection& site, std::map<std::string, const SiteSection*>& owners) {
    if (reading.is_faulty(title_of(site), "")) return;
    for (const std::string& name : site.names) {
        const auto [other, fresh] = owners.emplace(name, &site);
        if (!fresh)
            reading.fault(title_of(site), "names", "'" + name + "' belongs to [" + title_of(*other->second) + "] in line " +
                                                       std::to_string(other->second->line) + " as well; a name has one site");
    }
    const bool listed = std::find(site.names.begin(), site.names.end(), site.canonical) != site.names.end();
    if (site.canonical.empty() || reading.is_faulty(title_of(site), "names")) return;
    if (is_wildcard(site.canonical)) reading.fault(title_of(site), "canonical", "a wildcard is no single name; allowed: one of the site's names");
    else if (!listed)
        reading.fault(title_of(site), "canonical", "'" + site.canonical + "' is not among the site's names; allowed: one of " +
                                                       join(site.names, ", "));
}

bool holds(std::string_view folder, std::string_view path) {
    while (folder.size() > 1 && folder.back() == '/') folder.remove_suffix(1);
    return folder == "/" || path == folder || (has_prefix(path, folder) && path[folder.size()] == '/');
}

// Private keys lie in the state folder.
void check_apart(Reading& reading, const SiteSection& site) {
    const std::string& state = reading.config.server.state;
    const std::string title = title_of(site);
    if (site.root.empty() || state.empty() || reading.is_faulty(title, "root") || reading.is_faulty("server", "state")) return;
    if (holds(site.root, state))
        reading.fault(title, "root", site.root + " holds the state folder " + state + ", whose keys would be served; allowed: "
                                     "a folder apart from it");
    else if (holds(state, site.root))
        reading.fault(title, "root", site.root + " lies in the state folder " + state + "; allowed: a folder apart from it");
}

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

void check_ca(Reading& reading, const SiteSection& site) {
    const std::string title = title_of(site);
    if (!reading.is_written(title, "ca") || reading.is_faulty(title, "ca") || find_ca(reading.config, site.ca)) return;
    reading.fault(title, "ca", about_unknown_ca(reading.config, site.ca));
}

void fill_wanted(Reading& reading, SiteSection& site) {
    const auto ca = find_ca(reading.config, site.ca);
    if (!ca) return;  // told by check_ca, or with [acme] ca
    check_obtainable(reading, site);
    const auto renew_at = parse_renew_at(site.renew_at);
    if (!renew_at.ok()) return;
    site.wanted = acme::WantedCert{site.folder, site.names, *ca, site.key_type, *renew_at};
}

void check_redirect(Reading& reading, const SiteSection& site) {
    const ServerSection& server = reading.config.server;
    if (!site.redirect_http || !server.https.empty() || server.http.empty() || reading.is_faulty("server", "https")) return;
    reading.fault(title_of(site), "redirect_http", "there is no HTTPS to redirect to, [server] https is off; set redirect_http = no",
                  site.line);
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

}  // namespace

void check_sites(Reading& reading) {
    std::map<std::string, const SiteSection*> folders, owners;
    bool consent_checked = false;
    for (SiteSection& site : reading.config.sites) {
        check_folder(reading, site, folders);
        fill_names(reading, site);
        check_names(reading, site, owners);
        check_redirect(reading, site);
        check_apart(reading, site);
        check_ca(reading, site);
        if (site.certificate != Certificate::kAcme || reading.is_faulty(title_of(site), "certificate")) continue;
        fill_wanted(reading, site);
        if (!consent_checked) check_consent(reading, site);
        consent_checked = true;
    }
}

}  // namespace postern::config
