#include "acme/preflight/judge_ports.h"

#include <algorithm>

#include "acme/preflight/judge_names.h"
#include "acme/preflight/remedies.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::acme::preflight {

namespace {

using What = Fetched::What;

constexpr std::size_t kNamesShown = 3;
constexpr char kProbe[] = "Then see from outside, with a phone that is not in your WLAN: postern check --probe";

std::string names_of(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) text += (i == 0 ? "" : ", ") + names[i];
    return names.size() <= kNamesShown ? text : text + " and " + std::to_string(names.size() - kNamesShown) + " more";
}

bool proves(const Way& way) {  // the first choice of proof goes through here
    return !way.methods.empty() && way.methods.front() == method_of(way.secure);
}

Level bad(const Way& way) { return proves(way) && !way.spared ? Level::kFault : Level::kWarning; }

std::string if_closed(const Way& way, std::string_view error) {
    if (proves(way) && way.spared)
        return "The CA finds no proof there, and is then asked to come by " + std::string(method_of(!way.secure)) +
               ", which gets through; that costs a failed order.";
    if (proves(way))
        return "The CA looks for its proof there: the order fails with the error `" + std::string(error) + "`.";
    return way.secure ? "The CA does not look there, but visitors do: they do not get through."
                      : "Visitors who type the name without https do not get through.";
}

Finding start_of(const Way& way) {
    const std::string ip = ip_from_bytes(way.ip);
    return {"port", Level::kOk, "port " + std::to_string(way.port) + " of " + ip + " (" + names_of(way.names) + ")", "", "", ""};
}

std::string listener_key(const Way& way) { return way.secure ? "https" : "http"; }

// Asked from here at an interface of our own: no router stands between, so an answer that is bad here is bad for all.
void judge_own(Finding& finding, const Way& way) {
    const std::string port = std::to_string(way.port);
    switch (way.fetched.what) {
        case What::kRefused:
        case What::kNoRoute:
            finding.seen = "Connections are refused: nothing listens at this address (or a firewall of this machine rejects them).";
            finding.change = "Let Postern listen there too; [::] stands for all addresses of this machine:";
            finding.paste = server_key(listener_key(way) + " = [::]:" + std::to_string(way.listener));
            break;
        case What::kSilent:
            finding.seen = "No answer: connections time out, so a firewall of this machine drops them.";
            finding.change = "Open the port, with the lines for the firewall that runs here:";
            finding.paste = open_port(way.port);
            break;
        case What::kOther:
            finding.seen = "Not Postern but " + words_of(way.fetched) + ".";
            finding.change = "Let that program give the port up (stop it, or move it to another port), then: postern reload";
            finding.paste = free_port(way.port, way.secure);
            break;
        case What::kBroken:
            finding.seen = "Something listens, but " + words_of(way.fetched) + ".";
            finding.change = "See what has the port, and whether a balancer or a proxy stands in between:";
            finding.paste = {free_port(way.port, way.secure).front()};
            break;
        case What::kToken:
        case What::kNotTried: return;
    }
    finding.level = bad(way);
    finding.result = if_closed(way, way.fetched.what == What::kOther ? "unauthorized" : "connection");
}

// Many routers do not lead a connection from inside to their outer address back in (hairpin): a failure proves nothing.
void judge_router(Finding& finding, const Way& way, const OwnAddresses& own) {
    const std::string inner = own.first(way.ip.size(), Scope::kPrivate), port = std::to_string(way.port);
    finding.level = way.fetched.what == What::kOther ? Level::kWarning : Level::kNote;
    finding.seen = "Asked from inside, " + words_of(way.fetched) + ".";
    finding.seen += way.fetched.what == What::kOther
                        ? " This may be the router's own page, which often shows from inside only."
                        : " Many routers do not lead their own network back in (hairpin), so this cannot tell what strangers see.";
    finding.result = "Cannot tell. If strangers fare the same: " + if_closed(way, "connection");
    finding.change = "Forward TCP port " + port + " in the router to " + (inner.empty() ? "this machine" : inner) + " port " +
                     std::to_string(way.listener) + ". " + kProbe;
    finding.paste = forward_port(way.port, inner.empty() ? "ADDRESS" : inner, way.listener);
}

}  // namespace

std::string_view method_of(bool secure) { return secure ? "tls-alpn-01" : "http-01"; }

Finding judge_way(const Way& way, const OwnAddresses& own) {
    Finding finding = start_of(way);
    if (way.fetched.what == What::kToken) {
        finding.seen = way.place == Place::kOurs ? "Answers, asked from this machine itself." : "Our own answer came back through it.";
        return finding;
    }
    if (way.fetched.what == What::kNotTried) {
        finding.level = Level::kNote;
        finding.seen = "Not tried: the time for all checks was over.";
        finding.change = "Mend what is told above, then check again.";
        return finding;
    }
    if (way.place == Place::kOurs) judge_own(finding, way);
    else judge_router(finding, way, own);
    return finding;
}

Finding judge_door(const DoorSight& door, std::uint16_t port, bool secure) {
    Finding finding{"port", Level::kWarning, "port " + std::to_string(port), "", "", ""};
    if (door.taken) {
        finding.level = Level::kFault;
        finding.seen = "Another program of this machine has the port" +
                       (door.holder.empty() ? std::string() : "; it says it is " + door.holder) + ": " + door.failure + ".";
        finding.result = "Postern does not start, and nobody answers the CA.";
        finding.change = "Find that program and stop it, or move it to another port:";
        finding.paste = free_port(port, secure);
        return finding;
    }
    finding.seen = "Not tested: " + door.failure + ".";
    finding.result = "Whether the CA gets through is not known.";
    finding.change = "Start the server (postern serve) and check again, or check as root (sudo).";
    return finding;
}

std::vector<Finding> judge_numbers(std::uint16_t http, std::uint16_t https, bool ca_is_near) {
    std::vector<Finding> findings;
    if (ca_is_near) return findings;  // a CA of one's own may look elsewhere
    const auto add = [&](std::uint16_t ours, const std::string& standard, const std::string& key, bool asked) {
        Finding finding{"port", asked ? Level::kWarning : Level::kNote, "[server] " + key, "", "", ""};
        finding.seen = ours == 0 ? "It is off: Postern does not listen for " + key + "."
                                 : "Postern takes port " + std::to_string(ours) + " for the one that the world reaches.";
        finding.result = asked ? "A CA always asks at port " + standard + ": without a forwarding it fails with `connection`."
                               : "Browsers ask at port " + standard + " unless the address says otherwise.";
        finding.change = "Let Postern listen there:";
        finding.paste = server_key(key + " = [::]:" + standard);
        if (ours != 0) finding.change = "If a router forwards port " + standard + " to " + std::to_string(ours) + ", say so with `public_" +
                                        key + "_port = " + standard + "`; else let Postern listen there:";
        findings.push_back(std::move(finding));
    };
    if (http != 80) add(http, "80", "http", true);
    if (https != 443 && https != 0) add(https, "443", "https", false);
    return findings;
}

}  // namespace postern::acme::preflight
