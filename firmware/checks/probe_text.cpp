#include "firmware/checks/probe_text.h"

#include <algorithm>

#include "firmware/checks/finding_text.h"
#include "firmware/config/plan.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::checks {

namespace {

constexpr std::size_t kWidth = 79, kUrls = 8;

std::string url_of(const std::string& name, bool secure, int port, const std::string& token) {
    const std::string host = name.find(':') == name.npos ? name : "[" + name + "]";
    const bool usual = port == (secure ? 443 : 80);
    return std::string(secure ? "https://" : "http://") + host + (usual ? "" : ":" + std::to_string(port)) +
           "/.well-known/acme-challenge/" + token;
}

}  // namespace

std::string probe_invitation(const config::Config& config, const std::string& token, bool by_server) {
    const config::Plan plan = config::make_plan(config);
    std::string urls;
    std::size_t count = 0;
    for (const config::SiteSection& site : config.sites) {
        for (const std::string& name : site.names) {
            if (has_prefix(name, "*.") || count++ >= kUrls) continue;
            if (!config.server.http.empty()) urls += "  " + url_of(name, false, plan.public_http_port, token) + "\n";
            if (!config.server.https.empty()) urls += "  " + url_of(name, true, plan.public_https_port, token) + "\n";
        }
    }
    if (count > kUrls) urls += "  (and " + std::to_string(count - kUrls) + " names more)\n";
    if (count == 0) urls = "  " + url_of("ADDRESS", false, plan.public_http_port, token) + "   with the public address of this machine\n";
    return wrap("Open one of these with a phone that is NOT in your own WLAN (switch that off, use the mobile network):", 0, kWidth) +
           "\n" + urls + "\n" +
           wrap("A CA comes by http at port 80; https may warn of the certificate, which does no harm here. The page says \"You got "
                "through\", and each visit is shown below. It hangs for ten minutes" +
                    std::string(by_server ? " on the running server" : " on ports opened for it, because no server runs") +
                    "; Ctrl-C ends it.",
                0, kWidth) +
           "\n";
}

bool is_stranger(const std::string& peer, const acme::preflight::OwnAddresses& own) {
    const auto ip = ip_to_bytes(peer);
    if (!ip || acme::preflight::scope_of(*ip) != acme::preflight::Scope::kPublic || own.has(*ip)) return false;
    // a phone in one's own WLAN has a public IPv6 address too, of the same /64
    return std::none_of(own.ips.begin(), own.ips.end(), [&](const std::string& mine) {
        return ip->size() == 16 && mine.size() == 16 && mine.compare(0, 8, *ip, 0, 8) == 0;
    });
}

std::string visit_text(const admin::Visit& visit, const acme::preflight::OwnAddresses& own) {
    const std::string at = to_rfc3339(visit.at.time_since_epoch().count());
    const bool v6 = visit.peer.find(':') != visit.peer.npos;
    std::string text = at.substr(std::min<std::size_t>(11, at.size())) + "  a visit from " + printable(visit.peer, 60) +
                       (v6 ? " (IPv6)" : " (IPv4)") + " at port " + std::to_string(visit.port) + (visit.secure ? ", https" : ", http");
    if (!is_stranger(visit.peer, own)) text += "\n           from inside: that does not show what strangers see";
    return text + "\n";
}

std::string probe_farewell(std::size_t strangers) {
    if (strangers > 0)
        return wrap("Ended. " + std::to_string(strangers) + (strangers == 1 ? " visit" : " visits") +
                        " from outside: the world gets through to the ports shown above.", 0, kWidth);
    return wrap("Ended. Nobody came from outside. If you did try: the name leads elsewhere, or a router or a firewall keeps the port "
                "shut. postern check --preflight tells which, and what to change.", 0, kWidth);
}

}  // namespace postern::checks
