#include <algorithm>
#include <map>

#include "firmware/config/find_ca.h"
#include "firmware/config/host_name.h"
#include "firmware/config/reading.h"
#include "firmware/config/served_folder.h"
#include "firmware/config/values.h"
#include "server/base/text.h"

namespace postern::config {

namespace {


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

// What the lists of the browsers ask for (hstspreload.org); they forget a name only after months.
void check_preload(Reading& reading, const SiteSection& site) {
    constexpr long long kYear = 365LL * 86400;
    const auto age = parse_duration(site.hsts);
    if (!site.hsts_preload || reading.is_faulty(title_of(site), "hsts") || (age.ok() && *age >= kYear && site.hsts_subdomains)) return;
    reading.fault(title_of(site), "hsts_preload", "needs hsts = 365d or more and hsts_subdomains = yes: browsers' lists take nothing less");
}

// Private keys lie in the state folder.
void check_apart(Reading& reading, const SiteSection& site) {
    const std::string& state = reading.config.server.state;
    const std::string title = title_of(site);
    if (reading.is_faulty(title, "root") || reading.is_faulty("server", "state")) return;
    if (std::string trouble = why_not_served(site.root, state); !trouble.empty()) reading.fault(title, "root", std::move(trouble));
}

void check_error_pages(Reading& reading, const SiteSection& site) {
    if (!site.root.empty() || reading.is_faulty(title_of(site), "root")) return;
    for (const auto& [key, page] : {std::pair("error_page_404", &site.error_page_404), std::pair("error_page_5xx", &site.error_page_5xx)}) {
        if (!page->empty()) reading.fault(title_of(site), key, "is a file below root, which is not set; set it too");
    }
}

// A file of the root is everybody's, unless it is hidden.
bool is_shown(const std::string& file, const std::string& folder) {
    return !folder.empty() && has_prefix(file, folder + "/") && file.find("/.", folder.size()) == file.npos;
}

void check_passwords(Reading& reading, const SiteSection& site) {
    const std::string title = title_of(site);
    if (site.basic_auth.empty() || reading.is_faulty(title, "basic_auth")) return;
    if (!site.redirect_http && !reading.config.server.http.empty())
        reading.fault(title, "basic_auth", "needs HTTPS, for passwords would go over plain HTTP as they are; set redirect_http = yes");
    bool shown = is_shown(site.basic_auth, site.root);
    for (const AliasRule& alias : site.alias) shown = shown || is_shown(site.basic_auth, alias.folder);
    if (shown) reading.fault(title, "basic_auth", site.basic_auth + " lies in a folder that the site shows; move it, best to where this file is");
}

void check_ca(Reading& reading, const SiteSection& site) {
    const std::string title = title_of(site);
    if (!reading.is_written(title, "ca") || reading.is_faulty(title, "ca") || find_ca(reading.config, site.ca)) return;
    reading.fault(title, "ca", about_unknown_ca(reading.config, site.ca));
}

bool is_own(const ServerSection& server, const net::Address& address) {
    for (const auto* list : {&server.http, &server.https}) {
        for (const net::Address& ours : *list)
            if (ours == address || (ours.overlaps(address) && address.is_loopback())) return true;
    }
    return false;
}

void check_redirect(Reading& reading, const SiteSection& site) {
    const ServerSection& server = reading.config.server;
    if (!site.redirect_http || !server.https.empty() || server.http.empty() || reading.is_faulty("server", "https")) return;
    reading.fault(title_of(site), "redirect_http", "there is no HTTPS to redirect to, [server] https is off; set redirect_http = no",
                  site.line);
}

// One prefix leads to one place; and not back to us, again and again.
void check_proxy(Reading& reading, const SiteSection& site) {
    const std::string title = title_of(site);
    for (const proxy::Route& route : site.proxy) {
        const bool shown = std::any_of(site.alias.begin(), site.alias.end(), [&](const AliasRule& one) { return one.prefix == route.prefix; });
        if (shown) reading.fault(title, "proxy", "'" + route.prefix + "' is shown from a folder by an alias; take one of the two away");
        for (const proxy::Upstream& upstream : route.upstreams) {
            if (!is_own(reading.config.server, upstream.address)) continue;
            reading.fault(title, "proxy", "http://" + upstream.authority + " is this server itself; allowed is another address or port");
        }
    }
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
        check_proxy(reading, site);
        check_preload(reading, site);
        check_apart(reading, site);
        check_error_pages(reading, site);
        check_ca(reading, site);
        check_passwords(reading, site);
        if (site.certificate.kind != CertSource::Kind::kAcme || reading.is_faulty(title_of(site), "certificate")) continue;
        fill_wanted(reading, site);
        if (!consent_checked) check_consent(reading, site);
        consent_checked = true;
    }
}

}  // namespace postern::config
