// `check --preflight`: what stands in the way of an order, before one is placed.
#include <unistd.h>

#include "acme/preflight/limits.h"
#include "firmware/admin/findings_json.h"
#include "firmware/ca_connection.h"
#include "firmware/check_desk.h"
#include "firmware/checks/cases.h"
#include "firmware/checks/finding_text.h"
#include "firmware/checks/system_outside.h"
#include "firmware/commands.h"
#include "firmware/console.h"

namespace postern {

namespace {

constexpr int kExitFaulty = 2;
constexpr Seconds kLife(120);  // of the page: longer than all of it takes

std::size_t from_ca(const config::Config& config) {
    std::size_t count = 0;
    for (const config::SiteSection& site : config.sites) count += site.wanted ? 1 : 0;
    return count;
}

void announce(const config::Config& config, const Options& options, const CheckDesk& desk) {
    if (from_ca(config) == 0)
        complain("no certificate is to come from a CA ([acme] agree_tos, [site] certificate): only this machine is looked at");
    if (!options.verbose && isatty(STDERR_FILENO) == 0) return;
    complain(std::string("looking at names, ports, CAA, clock, state and limits, which takes up to a minute; the ports are ") +
             (desk.by_server() ? "those of the running server" : "opened for the moment, because no server runs"));
}

}  // namespace

int run_preflight(const config::Config& config, const Options& options) {
    const auto desk = CheckDesk::open(config, options.verbose, kLife);
    if (!desk.ok()) {
        complain(desk.error().text());
        return 1;
    }
    announce(config, options, **desk);
    const Cancel never;  // Ctrl-C ends the process, and the page ends by itself
    checks::OutsideParts parts{config, (*desk)->files(), (*desk)->clock(), never, (*desk)->probe(), (*desk)->door(false),
                               (*desk)->door(true), [](const std::string& ca_file) { return connect_for_look(ca_file); }};
    const auto findings = checks::look(std::move(parts), (*desk)->random(), true, checks::cases_of(config, (*desk)->files()));
    if (options.json) print(admin::findings_json(findings) + "\n");
    else print(checks::findings_text(findings) + "\n" + checks::verdict_text(findings));
    return acme::preflight::worst_of(findings) == acme::preflight::Level::kFault ? kExitFaulty : 0;
}

}  // namespace postern
