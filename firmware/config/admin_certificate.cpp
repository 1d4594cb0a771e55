#include "firmware/config/admin_certificate.h"

#include <algorithm>

#include "firmware/config/reading.h"
#include "firmware/config/values.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::string_view kByName = "auto", kOwn = "self-signed";

const SiteSection* site_of(const Config& config) {
    const auto at = std::find_if(config.sites.begin(), config.sites.end(), [&](const SiteSection& site) { return names_site(config.admin.certificate, site.name); });
    return at == config.sites.end() ? nullptr : &*at;
}

std::string about_unknown_site(const Config& config) {
    std::vector<std::string_view> known = {kByName, kOwn};
    for (const SiteSection& site : config.sites) known.push_back(site.name);
    const std::string_view near = nearest(config.admin.certificate, known);
    std::string text = "there is no [site " + config.admin.certificate + "]; ";
    if (!near.empty()) text += "did you mean " + std::string(near) + "? ";
    return text + "allowed: " + join(std::vector<std::string>(known.begin(), known.end()), ", ");
}

}  // namespace

bool names_site(std::string_view word, std::string_view site_name) { return word != kByName && word != kOwn && equal_no_case(word, site_name); }

bool wants_admin_pair(const Config& config) {
    return !config.admin.listen.empty() && (config.sites.empty() || config.admin.certificate == kOwn);
}

std::string admin_lineage(const Config& config) {
    if (wants_admin_pair(config)) return std::string(kAdminPair);
    const SiteSection* site = site_of(config);
    return site != nullptr ? site->folder : std::string();
}

std::vector<std::string> admin_hosts(const Config& config) {
    std::vector<std::string> hosts = config.admin.hosts;
    if (const SiteSection* site = site_of(config)) hosts.insert(hosts.end(), site->names.begin(), site->names.end());
    return hosts;
}

void check_admin(Reading& reading) {
    const Config& config = reading.config;
    const bool known = config.admin.certificate == kByName || config.admin.certificate == kOwn || site_of(config) != nullptr;
    if (!known) return reading.fault("admin", "certificate", about_unknown_site(config));
    if (config.admin.certificate != kOwn) return;
    for (const SiteSection& site : config.sites)
        if (site.folder == kAdminPair)
            reading.fault("admin", "certificate", "the page's own would go into the folder live/" + site.folder + " of [" + title_of(site) +
                                                      "] in line " + std::to_string(site.line) + "; name a site, or rename that one");
}

}  // namespace postern::config
