// From a checked configuration to what must run: listeners, sites, certificates wanted. Pure; a reload is a plan too.
#pragma once

#include <string>
#include <vector>

#include "acme/wanted.h"
#include "firmware/config/config.h"
#include "server/net/address.h"

namespace postern::config {

enum class ListenerKind : unsigned char { kHttp, kHttps, kAdmin };

struct ListenerPlan {
    ListenerKind kind;
    net::Address address;
};

struct SitePlan {
    std::string name, folder;
    std::vector<std::string> names;
    std::string root, index, canonical;
    bool redirect_http = true;
    bool self_signed_only = false;
};

struct Plan {
    std::vector<ListenerPlan> listeners;
    std::vector<SitePlan> sites;
    std::vector<acme::WantedCert> certificates;     // one a site, in the order of the file
    int public_http_port = 80;                      // 0: the first listener's, which the kernel chooses
    int public_https_port = 443;                    // likewise
    std::string state;
};

Plan make_plan(const Config& config);

// What a reload cannot change without a restart (user, state, loops ...): one sentence each, empty when all can be applied.
std::vector<std::string> needs_restart(const Config& running, const Config& next);

}  // namespace postern::config
