// The faults between the keys of [acme] thumbprint and challenge_upstream, and of [deploy NAME] and the sites.
#include <algorithm>

#include "firmware/config/plan.h"
#include "firmware/config/reading.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

std::string title_of(const DeploySection& deploy) { return "deploy " + deploy.name; }

// A name stands in the log, in the status and in the file of what was delivered.
bool is_safe_name(std::string_view name) {
    return name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; }) &&
           name.front() != '.';
}

// Of a site, by the word after "site " or by its folder.
const SiteSection* find_site(const Config& config, const std::string& word) {
    for (const SiteSection& site : config.sites)
        if (equal_no_case(site.name, word) || site.folder == word) return &site;
    return nullptr;
}

bool is_obtained(const SiteSection& site) { return site.certificate.kind != CertSource::Kind::kSelfSigned; }

// The folders of the sites that are named; without the key, of all that a CA signs.
void fill_lineages(Reading& reading, DeploySection& deploy) {
    const auto add = [&](const SiteSection& site) {
        for (std::string& folder : lineages_of(site))
            if (std::find(deploy.lineages.begin(), deploy.lineages.end(), folder) == deploy.lineages.end()) deploy.lineages.push_back(std::move(folder));
    };
    for (const std::string& word : deploy.certificates) {
        const SiteSection* site = find_site(reading.config, word);
        if (site == nullptr) {
            reading.fault(title_of(deploy), "certificate", "there is no [site " + word + "]; allowed: names of sites, separated by commas");
        } else if (!is_obtained(*site)) {
            reading.fault(title_of(deploy), "certificate", "the certificate of [site " + site->name + "] comes from no CA: there is nothing to deliver");
        } else {
            add(*site);
        }
    }
    if (deploy.certificates.empty() && !reading.is_faulty(title_of(deploy), "certificate"))
        for (const SiteSection& site : reading.config.sites)
            if (is_obtained(site)) add(site);
}

void check_balancer(Reading& reading) {
    const AcmeSection& acme = reading.config.acme;
    if (!acme.thumbprint.empty() && !acme.challenge_upstream.host.empty())
        reading.fault("acme", "challenge_upstream", "thumbprint answers every token already, so nobody would be asked; keep one of them");
    const bool shut = reading.config.server.http.empty() && !reading.is_faulty("server", "http");
    for (const char* key : {"thumbprint", "challenge_upstream"})
        if (shut && reading.is_written("acme", key) && !reading.is_faulty("acme", key))
            reading.fault("server", "http", std::string("off, but the CA asks there for the challenge that [acme] ") + key +
                                                " is for; allowed: an address such as [::]:80", reading.line_of("acme", key));
}

}  // namespace

void check_sharing(Reading& reading) {
    check_balancer(reading);
    for (DeploySection& deploy : reading.config.deploys) {
        if (!is_safe_name(deploy.name))
            reading.fault(title_of(deploy), "", "'" + printable(deploy.name, 80) + "' is no name for a receiver; allowed: letters, digits, '-', '_' and '.'");
        fill_lineages(reading, deploy);
        if (deploy.command.empty() && !deploy.pull_token && !reading.has_fault_in(title_of(deploy)))
            reading.fault(title_of(deploy), "command", "is missing: how do the files get there? Write a command, such as scp or rsync, or a "
                          "pull_token with which they are fetched", deploy.line);
        if (deploy.pull_token && reading.config.admin.listen.empty() && !reading.is_faulty("admin", "listen"))
            reading.fault(title_of(deploy), "pull_token", "nobody can come: [admin] listen is off, and files are fetched there", deploy.line);
    }
}

}  // namespace postern::config
