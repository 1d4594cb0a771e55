#include "acme/preflight/judge_names.h"

#include <algorithm>

#include "acme/preflight/remedies.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::acme::preflight {

namespace {

constexpr std::size_t kV4 = 4, kV6 = 16;

std::string record_of(std::string_view ip) { return (ip.size() == kV4 ? "A " : "AAAA ") + ip_from_bytes(ip); }

// The record that would lead here.
std::vector<Paste> record_to_set(const std::string& name, std::size_t family, const OwnAddresses& own) {
    const std::string mine = own.first(family, Scope::kPublic);
    if (!mine.empty()) return zone_line(name + ". IN " + (family == kV4 ? "A " : "AAAA ") + mine);
    return zone_line(name + ". IN A ADDRESS   ; the router's page shows it");
}

bool is_ours(const Landing& landing) { return landing.plain.what == Fetched::What::kToken; }

Level level_of(const Landing& landing) {
    if (is_ours(landing) && landing.place != Place::kUnreachable) return Level::kOk;
    switch (landing.place) {
        case Place::kOurs: return Level::kOk;
        case Place::kBehindRouter: return Level::kNote;
        case Place::kNoFamily: return Level::kWarning;
        case Place::kElsewhere:  // untried, it may be a forwarder's
            return landing.plain.what == Fetched::What::kNotTried ? Level::kWarning : Level::kFault;
        case Place::kUnreachable: return Level::kFault;
    }
    return Level::kOk;
}

std::string about_place(const Landing& landing, const OwnAddresses& own) {
    const bool v4 = landing.ip.size() == kV4;
    switch (landing.place) {
        case Place::kOurs: return "this machine";
        case Place::kBehindRouter:
            return is_ours(landing) ? "leads here through a router"
                                    : "perhaps your router's: this machine itself has only " +
                                          own.first(landing.ip.size(), Scope::kPrivate) + ", so that cannot be told from here";
        case Place::kNoFamily: return v4 ? "this machine has no IPv4" : "this machine has no IPv6 address that leads anywhere";
        case Place::kElsewhere:
            if (is_ours(landing)) return "not an address of this machine, but it leads here";
            return "not an address of this machine, which has " + own.first(landing.ip.size(), Scope::kPublic) + "; " +
                   words_of(landing.plain);
        case Place::kUnreachable: return std::string(words_of(scope_of(landing.ip)));
    }
    return {};
}

Finding without_address(const NameSight& sight, const OwnAddresses& own) {
    Finding finding{"name", Level::kFault, sight.name, "", "", ""};
    finding.seen = sight.exists ? "The name is in DNS, but has no address: neither A nor AAAA."
                                : "DNS does not know the name (NXDOMAIN).";
    finding.result = "The CA refuses it with the error `dns`, and so the whole certificate.";
    finding.change = "Take the name out of `names`, if it is misspelt or not in use; else add this record:";
    finding.paste = record_to_set(sight.name, kV4, own);
    return finding;
}

Finding not_looked_up(const NameSight& sight) {
    return {"name", Level::kWarning, sight.name, "Its addresses could not be looked up: " + sight.failure + ".",
            "If the CA's DNS servers fare no better, it refuses the name with the error `dns`.",
            "See that the DNS servers of this machine answer (`nslookup " + sight.name +
                "`), or name another one for these checks:",
            server_key("resolver = 9.9.9.9")};
}

// The words that belong to the worst of its addresses.
void add_consequence(Finding& finding, const std::string& name, const Landing& worst, const OwnAddresses& own) {
    const std::string record = record_of(worst.ip);
    switch (worst.place) {
        case Place::kOurs:
        case Place::kBehindRouter: return;
        case Place::kNoFamily:
            finding.result = "A CA tries IPv6 first, and falls back to IPv4 only where IPv6 does not answer at all.";
            finding.change = "Give this machine that address, or take this record out:";
            finding.paste = zone_line(name + ". IN " + record);
            return;
        case Place::kElsewhere:
            finding.result = "The CA asks there, not here: it fails with `connection` or `unauthorized`.";
            finding.change = "If a balancer or a router of yours has that address, let it lead port 80 here; else change the record " +
                             record + " to this one:";
            finding.paste = record_to_set(name, worst.ip.size(), own);
            return;
        case Place::kUnreachable:
            finding.result = "A CA out in the internet cannot get there: it refuses the name with `dns` or `connection`.";
            finding.change = "If the name is meant for your own network alone, use `certificate = self-signed` or a CA of your own; else "
                             "change the record " + record + " to this one:";
            finding.paste = record_to_set(name, worst.ip.size(), own);
            return;
    }
}

}  // namespace

std::string words_of(const Fetched& fetched) {
    switch (fetched.what) {
        case Fetched::What::kToken: return "our own answer came back";
        case Fetched::What::kOther:
            return "another server answers there" +
                   (fetched.server.empty() ? std::string(fetched.status != 0 ? " (it does not say what it is)" : " (no web server)")
                                           : ": it says it is " + fetched.server) +
                   (fetched.status != 0 ? ", status " + std::to_string(fetched.status) : "");
        case Fetched::What::kRefused: return "connections to it are refused";
        case Fetched::What::kSilent: return "it does not answer (timed out)";
        case Fetched::What::kNoRoute: return "the network does not lead there";
        case Fetched::What::kBroken: return "it takes the connection, and then: " + fetched.detail;
        case Fetched::What::kNotTried: return "it was not tried";
    }
    return {};
}

Place place_of(std::string_view ip, const OwnAddresses& own, bool ca_is_near) {
    const bool public_ip = scope_of(ip) == Scope::kPublic;
    if (!public_ip && !ca_is_near) return Place::kUnreachable;
    if (own.has(ip) || scope_of(ip) == Scope::kLoopback) return Place::kOurs;
    if (!own.first(ip.size(), Scope::kPublic).empty()) return Place::kElsewhere;
    const std::string inner = own.first(ip.size(), Scope::kPrivate);
    if (ip.size() == kV6 || inner.empty()) return Place::kNoFamily;  // link-local or ULA: nobody translates those
    return public_ip ? Place::kBehindRouter : Place::kElsewhere;
}

Finding judge_name(const NameSight& sight, const std::vector<Landing>& landings, const OwnAddresses& own) {
    if (landings.empty()) return sight.failure.empty() ? without_address(sight, own) : not_looked_up(sight);
    Finding finding{"name", Level::kOk, sight.name, "", "", ""};
    const auto worst = std::max_element(landings.begin(), landings.end(),
                                        [](const Landing& a, const Landing& b) { return level_of(a) < level_of(b); });
    const bool literal = ip_to_bytes(sight.name).has_value();
    for (const Landing& landing : landings) {
        const std::string place = about_place(landing, own);
        finding.seen += (finding.seen.empty() ? "" : "; ") + (literal ? sight.name : record_of(landing.ip)) + " (" + place + ")";
    }
    finding.seen += ".";
    finding.level = level_of(*worst);
    if (finding.level != Level::kOk) add_consequence(finding, sight.name, *worst, own);
    if (literal && !finding.change.empty()) {
        finding.change = "Take the address out of `names`, or give it to this machine.";
        finding.paste.clear();
    }
    if (!sight.failure.empty()) {
        finding.level = std::max(finding.level, Level::kWarning);
        finding.seen += " Not all of it could be asked: " + sight.failure + ".";
        if (finding.result.empty()) finding.result = "A CA that meets the same refuses the name with the error `dns`.";
    }
    return finding;
}

}  // namespace postern::acme::preflight
