#include "tests/sim/oracle.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "acme/store/archive.h"
#include "firmware/monitor.h"
#include "tests/sim/cheap.h"

namespace postern::sim {

namespace {

constexpr double kPatience = 86400 + 600;  // a day, and what a run itself takes
constexpr std::uint64_t kWritten = 16384;  // bytes of one renewal, by a chain up to 5 kB
constexpr std::size_t kMostFaults = 5;
constexpr double kLateness = 0.01;  // share of a life: a device looks once an hour, and the shortest life has 144
constexpr int kRoundsBetween = 8;  // with a renewal
// What one site may leave on the disk: four generations, an order, a job, its self-signed pair, things under way; and all
// sites together: accounts, ledger, folders, and what was set aside.
constexpr std::size_t kEntriesOfSite = 50, kEntries = 40;
constexpr std::uint64_t kBytesOfSite = 100000, kBytes = 60000;

bool is_from_ca(const acme::Pair& pair) { return pair && pair->facts().issuer != kSelfSignedIssuer; }

std::string percent(double share) {
    char text[32];
    (void)std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
    return text;
}

}  // namespace

// Lives under ten days at the half, others at a third: said here once more on purpose.
double Oracle::renewal_share(double life) { return life < 10 * 86400 ? 1.0 / 2 : 1.0 / 3; }

// A sixtieth of the life, or twelve hours, is what it may spread by; a CA that says when may want it earlier.
double Oracle::earliest_share(double life) const {
    constexpr double kRounding = 0.002;
    const double by_ca = fate_.renewal_info ? std::max(fate_.window_lead, 0) / 60.0 : 0;
    return renewal_share(life) + std::max(1.0 / 60, by_ca) + kRounding;
}

void Oracle::wrong(Device& device, const std::string& what) {
    device.story.tell("FAULT: " + what);
    if (faults_.size() < kMostFaults) faults_.push_back(to_rfc3339(device.now().time_since_epoch().count()) + " " + what);
}

// A certificate that has never served before: whoever checks it before it is installed lets no other through. With a clock
// that is wrong nobody can.
void Oracle::judge_new(Device& device, const acme::WantedCert& wanted, const crypto::CertBundle& pair) {
    const crypto::CertFacts& facts = pair.facts();
    for (const std::string& name : wanted.names)
        if (!pair.covers(name)) wrong(device, wanted.name + ": serves a new certificate that does not cover " + name);
    const auto off = device.wall.wall() - device.now();
    if (off > Seconds(60) || off < Seconds(-60)) return;
    if (device.now() < facts.not_before || device.now() >= facts.not_after)
        wrong(device, wanted.name + ": serves a new certificate outside its dates");
}

void Oracle::judge_margin(Device& device, const std::string& name, const Site& site) {
    const auto life = static_cast<double>((site.pair->facts().not_after - site.pair->facts().not_before).count());
    const double left = static_cast<double>((site.pair->facts().not_after - device.now()).count()) / life;
    figures_.margins.push_back(left);
    ++figures_.renewals;
    device.story.tell("renewed " + name + " with " + percent(left) + " of its life left");
    if (!fate_.healthy) return;
    if (left < renewal_share(life) - kLateness) wrong(device, "a healthy device renewed with only " + percent(left) + " left");
    if (left > earliest_share(life)) wrong(device, "a healthy device renewed with " + percent(left) + " left already");
}

void Oracle::published(Device& device, const std::string& name, const acme::Pair& pair) {
    Site& site = sites_[name];
    const bool same = site.pair && site.pair->facts().serial == pair->facts().serial;
    const auto wanted = std::find_if(device.wanted.begin(), device.wanted.end(), [&](const auto& w) { return w.name == name; });
    const bool covers = is_from_ca(pair) && wanted != device.wanted.end() &&
                        std::all_of(wanted->names.begin(), wanted->names.end(), [&](const auto& n) { return pair->covers(n); });
    const bool first_time = is_from_ca(pair) && site.serials.insert(pair->facts().serial).second;
    if (first_time && wanted != device.wanted.end()) judge_new(device, *wanted, *pair);
    if (first_time) device.ca.serves(pair->facts().names);
    if (!same && site.covers && covers && site.settled) judge_margin(device, name, site);
    site.pair = pair;
    if (same && site.covers == covers) return;
    site.newly = site.settled = is_from_ca(pair) && !same;
    site.installs += site.newly ? 1 : 0;
    site.covers = covers;
    site.good = 0;
    const crypto::CertFacts& facts = pair->facts();
    const auto life = static_cast<double>((facts.not_after - facts.not_before).count());
    site.due = covers ? facts.not_after - Seconds(static_cast<long long>(life * renewal_share(life))) : device.now();
}

void Oracle::changed(const acme::WantedCert& wanted, WallTime now) {
    Site& site = sites_[wanted.name];
    site.good = 0;
    site.settled = false;
    site.covers = is_from_ca(site.pair) && std::all_of(wanted.names.begin(), wanted.names.end(),
                                                       [&](const auto& n) { return site.pair->covers(n); });
    site.due = std::max(site.due, now);
    if (!site.covers) site.due = now;
}

void Oracle::look(Device& device, bool up) {
    const WallTime now = device.now();
    const bool good = up && !device.ca.troubled();
    for (const acme::WantedCert& wanted : device.wanted) {
        Site& site = sites_[wanted.name];
        // Left out besides the CA's troubles: a pause that it asked for, and the time until its limits have two orders left,
        // for the last of them is kept for a person's --force (acme/policy/ledger.h).
        const WallTime from =
            std::max({looked_, site.due, device.ca.asked_to_wait_until(), device.ca.has_room_since(wanted.names)});
        if (good && from < now) site.good += static_cast<double>((now - from).count());
        const bool alive = site.covers && now < site.pair->facts().not_after;
        if (alive || site.good < kPatience) continue;
        const char* what = site.covers ? ": its certificate has expired" : ": there is no certificate for all names";
        wrong(device, wanted.name + what + ", though nothing stood in the way for a day");
        site.good = -1e9;  // once is enough
    }
    looked_ = now;
    if (fate_.healthy) judge_monitor(device);
}

// What `postern monitor` would say with its defaults (1/4 and 1/8 of the life), once there is a certificate for every site.
void Oracle::judge_monitor(Device& device) {
    std::vector<Sight> sights;
    for (const acme::WantedCert& wanted : device.wanted) {
        const Site& site = sites_[wanted.name];
        if (site.installs == 0) return;
        const crypto::CertFacts& facts = site.pair->facts();
        for (const std::string& host : wanted.names)
            sights.push_back({wanted.name, host, true, "", !is_from_ca(site.pair), site.pair->covers(host), facts.not_before,
                              facts.not_after});
    }
    const MonitorLine line = monitor_line(sights, {1.0 / 4, 0}, {1.0 / 8, 0}, device.now());
    if (line.alarm != Alarm::kOk) wrong(device, "a healthy device, and yet: " + line.text);
}

void Oracle::after_round(Device& device, std::uint64_t written_before) {
    judge_round(device, written_before);
    for (auto& [name, site] : sites_) site.newly = false;
}

void Oracle::judge_round(Device& device, std::uint64_t written_before) {
    if (device.is_dead() || device.installed == 0) return;
    const std::uint64_t written = device.files.bytes_written() - written_before;
    if (device.failed > 0) return;  // what failures write is theirs
    const std::uint64_t each = written / static_cast<std::uint64_t>(device.installed);
    figures_.most_written = std::max(figures_.most_written, each);
    if (each > kWritten) wrong(device, "a renewal wrote " + std::to_string(each) + " bytes");
    acme::Archive archive(device.files, "/state", FileSystem::kKeepGroup);
    for (const acme::WantedCert& wanted : device.wanted) {
        if (!sites_[wanted.name].newly) continue;
        const auto generations = archive.generations(wanted.name);
        const int installs = sites_[wanted.name].installs;
        if (!generations || static_cast<int>(generations->size()) < std::min(installs, 2))
            wrong(device, wanted.name + ": the generation before was not kept");
        if (device.files.exists("/state/jobs/" + wanted.name + ".order").value_or(true))
            wrong(device, wanted.name + ": an order and its key are left over");
        if (figures_.rounds % kRoundsBetween == 0) judge_live(device, wanted, "after a renewal");
    }
    // What grows stays: to look at a whole disk now and then is enough.
    if (figures_.rounds++ % kRoundsBetween == 0) judge_store(device);
}

void Oracle::judge_store(Device& device) {
    const auto tree = device.files.tree();
    std::uint64_t bytes = 0;
    for (const auto& [path, what] : tree) bytes += what.size();
    figures_.largest_store = std::max(figures_.largest_store, bytes);
    const std::size_t sites = sites_.size();
    if (tree.size() > kEntries + kEntriesOfSite * sites || bytes > kBytes + kBytesOfSite * sites)
        wrong(device, "the store has grown to " + std::to_string(tree.size()) + " entries, " + std::to_string(bytes) +
                          " bytes");
}

// live/NAME read as another program would: through the link. After a renewal it holds what serves.
void Oracle::judge_live(Device& device, const acme::WantedCert& wanted, const std::string& when) {
    const std::string live = "/state/live/" + wanted.name;
    const Site& site = sites_[wanted.name];
    if (site.installs == 0) return;
    const auto chain = device.files.read(live + "/fullchain.pem", 65536);
    const auto key = device.files.read(live + "/privkey.pem", 65536);
    if (!chain || !key) return wrong(device, wanted.name + ": " + when + " there is no live pair");
    const auto pair = crypto::CertBundle::from_pem(*chain, *key);
    if (!pair) return wrong(device, wanted.name + ": " + when + " its live pair cannot be used: " + pair.error().text());
    if (site.newly && (*pair)->facts().serial != site.pair->facts().serial)
        wrong(device, wanted.name + ": " + when + " its live pair is not what serves");
}

void Oracle::before_cut(Device& device, bool calm) {
    ++figures_.power_cuts;
    promised_.clear();
    for (const acme::CertStatus& one : device.certificates()) {
        const std::string type = one.last_problem ? one.last_problem->type : "";
        // what never reached the CA is not written each time, and what the disk refused is not written at all
        if (calm && !type.empty() && type != "transport" && type != "disk" && one.next_attempt)
            promised_[one.name] = *one.next_attempt;
    }
}

void Oracle::after_boot(Device& device, bool disk_full) {
    // Of an installation that the power cut short the order is still there: it goes with the next one.
    for (auto& [name, site] : sites_) site.newly = false;
    for (const acme::WantedCert& wanted : device.wanted) judge_live(device, wanted, "after the power came back");
    judge_store(device);
    for (const acme::CertStatus& one : device.certificates()) {
        const auto promised = promised_.find(one.name);
        if (promised == promised_.end()) continue;
        if (std::max(one.next_attempt.value_or(WallTime{}), device.wall.wall()) + Seconds(1) < promised->second)
            wrong(device, one.name + ": the restart forgot its pause");
    }
    promised_.clear();
    if (disk_full) return;
    for (const auto& [path, what] : device.files.tree())
        if (path.find(".damaged-") != std::string::npos && said_.insert(path).second) wrong(device, path + " is there");
}

}  // namespace postern::sim
