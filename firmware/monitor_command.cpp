// `monitor`: looks at what our own listener serves for each name. Needs no control socket and no rights.
#include <algorithm>

#include "acme/clock_bound.h"
#include "acme/policy/clock_gate.h"
#include "firmware/commands.h"
#include "firmware/config/admin_certificate.h"
#include "firmware/config/plan.h"
#include "firmware/config/values.h"
#include "firmware/console.h"
#include "firmware/monitor.h"
#include "server/tls/peek.h"

namespace postern {

namespace {

constexpr Millis kPatience{5000};  // for one name; the plugins' own default for a whole run is 10 s
constexpr int kGiveUpAfter = 2;    // silent names: the listener is gone, and the rest need not be waited for

int unknown(const std::string& why) {
    print("CERTIFICATES UNKNOWN - " + one_line(why) + "\n");
    return static_cast<int>(Alarm::kUnknown);
}

// An address for every interface is asked at this machine's own.
std::vector<net::Address> ways_to(const net::Address& listener) {
    const std::string port = ":" + std::to_string(listener.port()), host = listener.host();
    std::vector<net::Address> ways;
    auto add = [&](const std::string& text) {
        if (auto address = net::Address::parse(text); address.ok()) ways.push_back(*address);
    };
    if (host == "::") add("[::1]" + port);
    if (host == "::" || host == "0.0.0.0") add("127.0.0.1" + port);
    if (ways.empty()) ways.push_back(listener);
    return ways;
}

// What a balancer says that looks for itself, where this machine counts as one.
std::string_view header_for(const net::Address& way, const config::Plan& plan) {
    return plan.proxy_protocol && contains(plan.trusted_proxies, way.host()) ? "PROXY UNKNOWN\r\n" : "";
}

Sight look_at(const std::vector<net::Address>& ways, const acme::WantedCert& wanted, const std::string& host, const config::Plan& plan) {
    Sight sight;
    sight.certificate = wanted.name;
    sight.host = host;
    sight.from_ca = !wanted.self_signed();
    for (const net::Address& way : ways) {
        auto seen = tls::peek(way, host, kPatience, header_for(way, plan));
        if (!seen.ok()) {
            sight.failure = seen.error().text();
            continue;
        }
        sight.failure.clear();
        sight.self_signed = seen->facts.self_signed;
        sight.covers = seen->covers;
        sight.not_before = seen->facts.not_before;
        sight.not_after = seen->facts.not_after;
        return sight;
    }
    return sight;
}

// A wildcard is asked for by a name that it covers.
std::string host_for(std::string name) {
    if (name.size() > 1 && name.front() == '*') name.replace(0, 1, "postern-monitor");
    return name;
}

// Shown by the admin page, where nobody looks for it: visitors get those of the sites.
bool is_of_admin_alone(const acme::WantedCert& wanted, const config::Plan& plan) {
    return wanted.name == config::kAdminPair && !plan.sites.empty() &&
           std::none_of(plan.sites.begin(), plan.sites.end(), [](const config::SitePlan& site) { return site.folder == config::kAdminPair; });
}

std::vector<Sight> look_at_all(const std::vector<net::Address>& ways, const config::Plan& plan) {
    std::vector<Sight> sights;
    int silent = 0;
    for (const acme::WantedCert& wanted : plan.certificates) {
        if (is_of_admin_alone(wanted, plan)) continue;
        for (const std::string& name : wanted.names) {
            sights.push_back(look_at(ways, wanted, host_for(name), plan));
            if (sights.back().failure.empty()) silent = 0;
            else if (++silent >= kGiveUpAfter) return sights;
        }
    }
    return sights;
}

}  // namespace

int run_monitor(const Options& options) {
    auto warning = config::parse_renew_at(options.warning), critical = config::parse_renew_at(options.critical);
    if (!warning.ok()) return unknown("--warning: " + warning.error().text());
    if (!critical.ok()) return unknown("--critical: " + critical.error().text());
    SystemFiles files;
    auto read = config::read_config(files, options.config_file, false);
    if (!read.config) return unknown(options.config_file + " is faulty; postern check -c " + options.config_file);
    const config::Plan plan = config::make_plan(*read.config);
    const WallTime now = SystemClock().wall();
    if (!acme::clock_sane(now, acme::clock_bound_of(files, read.config->server.state))) return unknown("the clock of this machine is not set: nothing can be judged");
    for (const config::ListenerPlan& listener : plan.listeners) {
        if (listener.kind != config::ListenerKind::kHttps) continue;
        const MonitorLine line = monitor_line(look_at_all(ways_to(listener.address), plan), *warning, *critical, now);
        print(line.text);
        return static_cast<int>(line.alarm);
    }
    return unknown("[server] https is off: nothing is served that could be looked at");
}

}  // namespace postern
