// What a site wants of its CA, and what stands between it and that.
#include "firmware/config/find_ca.h"
#include "firmware/config/host_name.h"
#include "firmware/config/reading.h"
#include "firmware/config/values.h"
#include "server/net/address.h"

namespace postern::config {

namespace {

// What stands between these names and a certificate from this CA.
void check_obtainable(Reading& reading, const SiteSection& site, const std::vector<std::string>& profiles) {
    const std::string title = title_of(site);
    const bool lets_encrypt = site.ca == "letsencrypt" || site.ca == "letsencrypt-staging";
    for (const std::string& name : site.names) {
        if (is_wildcard(name))
            reading.fault(title, "names", "a certificate for '" + name + "' needs the challenge dns-01, which is not in this "
                                          "version yet; list the names one by one, or set certificate = self-signed");
        const bool short_lived = !profiles.empty() && profiles.front() == "shortlived";
        if (lets_encrypt && net::is_ip_literal(name) && !short_lived)
            reading.fault(title, "names", "Let's Encrypt certifies the IP address " + name + " with its profile shortlived alone; "
                                          "set profile = shortlived for the site, or certificate = self-signed");
    }
}

// The site's own, else its CA's; what stands in [acme] is the first CA's.
std::vector<std::string> profiles_of(const Config& config, const SiteSection& site) {
    if (!site.profile.empty()) return site.profile;
    for (const CaSection& ca : config.cas) {
        if (ca.name == site.ca && !ca.profile.empty()) return ca.profile;
    }
    const bool first = !config.acme.ca.empty() && config.acme.ca.front() == site.ca;
    return first ? config.acme.profile : std::vector<std::string>{};
}

bool has_listener(const ServerSection& server, acme::ChallengeType type) {
    switch (type) {
        case acme::ChallengeType::kHttp01: return !server.http.empty();
        case acme::ChallengeType::kTlsAlpn01: return !server.https.empty();
    }
    return false;
}

// Those that the CA can look for.
std::vector<acme::ChallengeType> challenges_of(Reading& reading, const SiteSection& site) {
    std::vector<acme::ChallengeType> types;
    for (const std::string& word : site.challenge) {
        const auto type = acme::challenge_type_from(word);
        if (type && has_listener(reading.config.server, *type)) types.push_back(*type);
    }
    const bool known = !reading.is_faulty("server", "http") && !reading.is_faulty("server", "https");
    if (!types.empty() || site.challenge.empty() || !known) return types;
    const bool on_http = site.challenge.front() == acme::name_of(acme::ChallengeType::kHttp01);
    reading.fault("server", on_http ? "http" : "https",
                  "off, but the CA asks there for the challenge " + site.challenge.front() + " of [" + title_of(site) +
                      "]; allowed: an address such as " + (on_http ? "[::]:80" : "[::]:443"), site.line);
    return types;
}

}  // namespace

void fill_wanted(Reading& reading, SiteSection& site) {
    const auto ca = find_ca(reading.config, site.ca);
    if (!ca) return;  // told by check_ca, or with [acme] ca
    const std::vector<std::string> profiles = profiles_of(reading.config, site);
    check_obtainable(reading, site, profiles);
    const auto renew_at = parse_renew_at(site.renew_at);
    if (!renew_at.ok()) return;
    acme::WantedCert& wanted = site.wanted.emplace();
    wanted.name = site.folder;
    wanted.names = site.names;
    wanted.ca = *ca;
    wanted.key_type = site.key_type.front();
    wanted.reuse_key = site.reuse_key;
    wanted.renew_at = *renew_at;
    wanted.challenges = challenges_of(reading, site);
    wanted.profiles = profiles;
    wanted.preferred_chain = site.preferred_chain;
}

// Said once, not for each site: with the first that needs it.
void check_consent(Reading& reading, const SiteSection& site) {
    const AcmeSection& acme = reading.config.acme;
    if (!acme.agree_tos && !reading.is_faulty("acme", "agree_tos"))
        reading.fault("acme", "agree_tos", "must be yes before a CA is asked for the certificate of [" + title_of(site) +
                                               "]: read its terms of service (Let's Encrypt: https://letsencrypt.org/repository/)"
                                               ", or set certificate = self-signed for the site", site.line);
}

}  // namespace postern::config
