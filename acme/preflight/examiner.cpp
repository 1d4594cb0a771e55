#include "acme/preflight/examiner.h"

#include <algorithm>

#include "acme/preflight/judge_box.h"
#include "acme/preflight/judge_names.h"
#include "acme/preflight/limits.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::acme::preflight {

namespace {

using What = Fetched::What;

constexpr std::size_t kNamesShown = 5;

// Of "https://HOST:PORT/PATH", which was checked when the configuration was read.
std::string host_of(std::string_view url) {
    const auto begin = url.find("://");
    std::string_view host = begin == url.npos ? url : url.substr(begin + 3);
    host = host.substr(0, host.find('/'));
    return std::string(host.substr(0, host.rfind(':')));
}

bool is_wildcard(std::string_view name) { return has_prefix(name, "*."); }

bool says_nothing_of_name(What what) { return what == What::kRefused || what == What::kSilent || what == What::kNoRoute; }

}  // namespace

Examiner::Examiner(Frame frame, const ExaminerParts& parts, Ledger ledger)
    : frame_(frame), parts_(parts), ledger_(std::move(ledger)),
      deadline_{parts.clock.steady() + limits::kPreflightTotal, parts.clock, parts.cancel}, resolver_(parts.resolver, deadline_) {}

std::vector<Finding> Examiner::examine(const std::vector<Case>& cases) {
    own_ = parts_.outside.own_addresses();
    look_at_box(cases);
    if (!cases.empty()) look_at_doors();
    const bool unusual = frame_.http_port != 80 || (frame_.https_port != 443 && frame_.https_port != 0);
    if (!cases.empty() && frame_.whole && unusual)
        for (Finding& finding : judge_numbers(frame_.http_port, frame_.https_port, is_near(cases.front())))
            findings_.push_back(std::move(finding));
    std::vector<std::string> seen;
    for (const Case& one : cases) {
        for (const std::string& name : one.names) {
            if (is_wildcard(name) || std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
            seen.push_back(name);
            look_at_name(one, name);
        }
    }
    tell_unasked();
    judge_ways();
    std::vector<CaaSight> caa;
    for (const Case& one : cases) look_at_caa(one, caa);
    for (Finding& finding : judge_caa_of(caa)) findings_.push_back(std::move(finding));
    if (frame_.whole)
        for (const Case& one : cases) findings_.push_back(judge_limits(one, ledger_, parts_.clock.wall()));
    return std::move(findings_);
}

void Examiner::look_at_box(const std::vector<Case>& cases) {
    findings_.push_back(judge_state(parts_.outside.state()));
    if (!frame_.whole) return;
    std::vector<Finding> directories;
    std::optional<WallTime> date;
    for (const Case& one : cases) {
        const bool known = cas_.count(one.directory_url) != 0;
        const CaSight& ca = ca_of(one);
        if (!known) directories.push_back(judge_directory(one, ca));
        if (!date && ca.failure.empty()) date = ca.date;
    }
    findings_.push_back(judge_clock(parts_.clock.wall(), frame_.clock_bound, date));
    for (Finding& finding : directories) findings_.push_back(std::move(finding));
}

void Examiner::look_at_doors() {
    if (frame_.http_port != 0) plain_ = parts_.outside.door(false);
    if (frame_.https_port != 0) secure_ = parts_.outside.door(true);
}

NameSight Examiner::sight_of(const std::string& name) {
    NameSight sight;
    sight.name = name;
    if (auto ip = ip_to_bytes(name)) {
        sight.ips.push_back(std::move(*ip));
        return sight;
    }
    int unknown = 0;
    add_records(sight, dns::Type::kAaaa, unknown);
    add_records(sight, dns::Type::kA, unknown);
    sight.exists = unknown < 2;
    return sight;
}

void Examiner::add_records(NameSight& sight, dns::Type type, int& unknown) {
    auto reply = resolver_.ask({sight.name, type});
    if (!reply) {
        if (sight.failure.empty()) sight.failure = reply.error().text();  // of the other type it will be the same
        return;
    }
    unknown += reply->outcome == dns::Reply::Outcome::kNoName ? 1 : 0;
    if (reply->addresses.size() > limits::kPreflightAddresses) reply->addresses.resize(limits::kPreflightAddresses);
    for (std::string& ip : reply->addresses) sight.ips.push_back(std::move(ip));
}

void Examiner::look_at_name(const Case& one, const std::string& name) {
    NameSight sight = sight_of(name);
    if (sight.ips.empty() && !sight.failure.empty()) return unasked_.push_back(std::move(sight));
    std::vector<Landing> landings;
    for (const std::string& ip : sight.ips) {
        const bool near = scope_of(ip) != Scope::kPublic && is_near(one);
        landings.push_back(land(name, ip, place_of(ip, own_, near)));
        add_way(one, name, landings.back(), false);
        add_way(one, name, landings.back(), true);
    }
    findings_.push_back(judge_name(sight, landings, own_));
}

Landing Examiner::land(const std::string& name, const std::string& ip, Place place) {
    Landing landing{ip, place, {}, {}};
    landing.plain = fetch({name, ip, frame_.http_port, false}, plain_);
    landing.secure = fetch({name, ip, frame_.https_port, true}, secure_);
    if (plain_.taken && place == Place::kOurs) plain_.holder = landing.plain.server;
    if (secure_.taken && place == Place::kOurs) secure_.holder = landing.secure.server;
    return landing;
}

// A closed port is closed for every name; only who answers may tell names apart.
Fetched Examiner::fetch(const Target& target, const DoorSight& door) {
    Fetched fetched;
    if (target.port == 0 || (!door.open && !door.taken) || deadline_.left().count() == 0) return fetched;
    const auto key = std::make_pair(target.ip, target.port);
    if (const auto known = closed_.find(key); known != closed_.end()) return known->second;
    fetched = parts_.outside.fetch(target);
    if (says_nothing_of_name(fetched.what)) closed_.emplace(key, fetched);
    return fetched;
}

// Where the address is another's, the name's own finding says all that can be said.
void Examiner::add_way(const Case& one, const std::string& name, const Landing& landing, bool secure) {
    const DoorSight& door = secure ? secure_ : plain_;
    const Fetched& fetched = secure ? landing.secure : landing.plain;
    const bool leads_here = landing.plain.what == What::kToken || landing.secure.what == What::kToken;
    const bool ours = landing.place == Place::kOurs || landing.place == Place::kBehindRouter;
    if ((!ours && !leads_here) || !door.open) return;
    Way way;
    way.ip = landing.ip;
    way.place = landing.place == Place::kOurs ? Place::kOurs : Place::kBehindRouter;
    way.port = secure ? frame_.https_port : frame_.http_port;
    way.listener = secure ? frame_.https_listener : frame_.http_listener;
    way.secure = secure;
    way.methods = one.methods;
    way.fetched = fetched;
    auto same = std::find_if(ways_.begin(), ways_.end(), [&](const Way& other) {
        return other.ip == way.ip && other.port == way.port && other.secure == secure && other.fetched.what == fetched.what &&
               other.fetched.server == fetched.server && other.methods == way.methods;
    });
    if (same == ways_.end()) same = ways_.insert(ways_.end(), std::move(way));
    same->names.push_back(name);
}

// Whether another challenge of the certificate gets through at the same address.
bool Examiner::is_spared(const Way& way) const {
    const auto other = method_of(!way.secure);
    if (std::find(way.methods.begin(), way.methods.end(), other) == way.methods.end()) return false;
    return std::any_of(ways_.begin(), ways_.end(), [&](const Way& each) {
        return each.ip == way.ip && each.secure != way.secure && each.fetched.what == What::kToken;
    });
}

void Examiner::judge_ways() {
    for (Way& way : ways_) way.spared = is_spared(way);
    for (const bool secure : {false, true}) {
        const DoorSight& door = secure ? secure_ : plain_;
        const std::uint16_t port = secure ? frame_.https_port : frame_.http_port;
        const std::uint16_t listener = secure ? frame_.https_listener : frame_.http_listener;
        if (port != 0 && !door.open && !door.failure.empty()) findings_.push_back(judge_door(door, listener, secure));
        for (const Way& way : ways_)
            if (way.secure == secure) findings_.push_back(judge_way(way, own_));
    }
}

void Examiner::tell_unasked() {
    if (unasked_.empty()) return;
    Finding finding = judge_name(unasked_.front(), {}, own_);
    for (std::size_t i = 1; i < std::min(unasked_.size(), kNamesShown); ++i) finding.about += ", " + unasked_[i].name;
    if (unasked_.size() > kNamesShown) finding.about += " and " + std::to_string(unasked_.size() - kNamesShown) + " more";
    findings_.push_back(std::move(finding));
}

void Examiner::look_at_caa(const Case& one, std::vector<CaaSight>& sights) {
    for (const std::string& name : one.names) {
        const bool unasked = std::any_of(unasked_.begin(), unasked_.end(), [&](const NameSight& u) { return u.name == name; });
        if (unasked || ip_to_bytes(name)) continue;
        CaaSight sight{name, {}, true};
        auto set = dns::find_caa(resolver_, name);
        if (!set) {
            sight.asked = false;
            sight.verdict.answer = dns::CaaVerdict::Answer::kUnknown;
            sight.verdict.why = set.error().text();
        } else {
            const auto identities = set->records.empty() ? std::vector<std::string>() : ca_of(one).caa_identities;
            sight.verdict = dns::judge_caa({name, identities, one.account_url, one.methods.front()}, *set);
        }
        sights.push_back(std::move(sight));
    }
}

// A CA in a network of our own reaches what strangers do not.
bool Examiner::is_near(const Case& one) {
    const auto known = near_.find(one.directory_url);
    if (known != near_.end()) return known->second;
    const std::string host = host_of(one.directory_url);
    bool near = host == "localhost" || has_suffix(host, ".localhost");
    if (!near) {
        const NameSight sight = sight_of(host);
        near = !sight.ips.empty() && std::none_of(sight.ips.begin(), sight.ips.end(),
                                                  [](const std::string& ip) { return scope_of(ip) == Scope::kPublic; });
    }
    near_.emplace(one.directory_url, near);
    return near;
}

const CaSight& Examiner::ca_of(const Case& one) {
    const auto known = cas_.find(one.directory_url);
    if (known != cas_.end()) return known->second;
    return cas_.emplace(one.directory_url, parts_.outside.look_at_ca(one)).first->second;
}

}  // namespace postern::acme::preflight
