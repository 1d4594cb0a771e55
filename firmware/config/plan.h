// From a checked configuration to what must run: listeners, sites, certificates wanted. Pure; a reload is a plan too.
#pragma once

#include <string>
#include <vector>

#include "acme/wanted.h"
#include "firmware/config/config.h"
#include "server/net/address.h"
#include "server/site/hsts.h"

namespace postern::config {

enum class ListenerKind : unsigned char { kHttp, kHttps, kAdmin };

struct ListenerPlan {
    ListenerKind kind;
    net::Address address;
};

struct SitePlan {
    std::string name, folder;
    std::vector<std::string> names;
    std::string canonical;
    SiteContent content;
    SiteAccess access;
    bool redirect_http = true;
    site::HstsRule hsts;
    std::vector<acme::CertFiles> files;  // that its certificate comes from; sites may share them
};

struct Plan {
    std::vector<ListenerPlan> listeners;
    std::vector<SitePlan> sites;
    std::vector<acme::WantedCert> certificates;     // of each site, in the order of the file; then the admin page's own
    int public_http_port = 80;                      // 0: the first listener's, which the kernel chooses
    int public_https_port = 443;                    // likewise
    std::string state;
    std::vector<Subnet> trusted_proxies;
    bool proxy_protocol = false;
    bool request_id = false;
};

Plan make_plan(const Config& config);

// The folders below live/ that the site's certificates have: one for each kind of key. The second lies beside the first,
// under a name that no site can have. From files: one for each pair of them.
std::vector<std::string> lineages_of(const SiteSection& site);

// `file` as a reload puts it into service: what only a restart can change (user, state, loops ...) keeps its running value.
Config hold_back(const Config& running, Config file);
// Listeners too, and the ports that redirects name: for a process that may not bind what the file asks for.
Config hold_back_listeners(const Config& running, Config file);
// Whether `file` asks for a port in a way in which only another process can have it: we hold it ourselves, otherwise.
bool wants_own_port(const Config& running, const Config& file);

// What of `file` is not in force in what runs: one sentence each, empty when all is.
std::vector<std::string> needs_restart(const Config& running, const Config& file);

}  // namespace postern::config
