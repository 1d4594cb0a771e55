#include "firmware/checks/system_outside.h"

#include <unistd.h>

#include "acme/dns/resolver.h"
#include "firmware/checks/ca_look.h"
#include "firmware/checks/cases.h"
#include "firmware/checks/own_addresses.h"
#include "firmware/checks/self_fetch.h"
#include "firmware/checks/state_look.h"

namespace postern::checks {

namespace {

constexpr char kResolvConf[] = "/etc/resolv.conf";

// As checked when the configuration was read.
acme::dns::ServerList servers_of(const std::string& resolver, FileSystem& files) {
    if (resolver == "system") {
        const auto text = files.read(kResolvConf, limits::kResolvConf);
        return acme::dns::parse_resolv_conf(text.ok() ? *text : std::string());  // without one: this machine, as libc does it
    }
    acme::dns::ServerList list;
    if (auto server = acme::dns::parse_server(resolver)) list.servers.push_back(std::move(*server));
    return list;
}

}  // namespace

acme::preflight::OwnAddresses SystemOutside::own_addresses() { return checks::own_addresses(); }

acme::preflight::Fetched SystemOutside::fetch(const acme::preflight::Target& target) {
    return fetch_probe(target, parts_.probe, parts_.clock, parts_.cancel);
}

acme::preflight::CaSight SystemOutside::look_at_ca(const acme::preflight::Case& one) {
    const auto transport = parts_.connect(one.ca_file);
    if (parts_.watch) parts_.watch(transport.get());
    acme::preflight::CaSight sight = checks::look_at_ca(*transport, one, parts_.clock.wall());
    if (parts_.watch) parts_.watch(nullptr);
    return sight;
}

acme::preflight::StateSight SystemOutside::state() {
    const config::ServerSection& server = parts_.config.server;
    return look_at_state(parts_.files, server.state, geteuid() == 0 || server.identity ? server.user : std::string());
}

std::vector<acme::preflight::Finding> look(OutsideParts parts, Random& random, bool whole, const std::vector<acme::preflight::Case>& cases) {
    const config::Config& config = parts.config;
    FileSystem& files = parts.files;
    const Clock& clock = parts.clock;
    const Cancel& cancel = parts.cancel;
    acme::dns::SocketWire wire;
    acme::dns::StubResolver resolver(servers_of(config.server.resolver, files), wire, random, clock, cancel);
    SystemOutside outside(std::move(parts));
    const acme::preflight::ExaminerParts with{outside, resolver, clock, cancel};
    acme::preflight::Examiner examiner(frame_of(config, files, whole), with, ledger_of(files, config.server.state));
    return examiner.examine(cases);
}

}  // namespace postern::checks
