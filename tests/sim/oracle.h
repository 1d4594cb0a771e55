// Judges a life from outside: it sees what serves, what the disk holds and the true time, and knows nothing of the engine.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/device.h"

namespace postern::sim {

struct Figures {
    std::vector<double> margins;  // share of the life that was left at each renewal
    std::uint64_t most_written = 0;  // bytes, of one renewal
    std::uint64_t largest_store = 0;
    int renewals = 0, power_cuts = 0, rounds = 0;
};

class Oracle {
public:
    explicit Oracle(const Fate& fate) : fate_(fate) {}

    void published(Device& device, const std::string& site, const acme::Pair& pair);
    void changed(const acme::WantedCert& wanted, WallTime now);  // other names are wanted, or the site is new
    // Since the last look nothing but time has changed; `up`: clock, disk and power were all right in between.
    void look(Device& device, bool up);
    void after_round(Device& device, std::uint64_t written_before);
    // Around a power cut. `calm`: the disk was at rest, so nothing that was promised may be forgotten.
    void before_cut(Device& device, bool calm);
    void after_boot(Device& device, bool disk_full);

    const std::vector<std::string>& faults() const { return faults_; }
    const Figures& figures() const { return figures_; }

private:
    struct Site {
        acme::Pair pair;
        bool covers = false;      // a CA's, for all names that are wanted
        WallTime due{};           // by our own reckoning
        double good = 0;          // seconds since then in which nothing stood in the way
        bool settled = false;     // nothing was changed since it came
        bool newly = false;       // installed in this round
        int installs = 0;
        std::set<std::string> serials;  // that served
    };
    void wrong(Device& device, const std::string& what);
    void judge_new(Device& device, const acme::WantedCert& wanted, const crypto::CertBundle& pair);
    void judge_margin(Device& device, const std::string& name, const Site& site);
    void judge_monitor(Device& device);
    void judge_round(Device& device, std::uint64_t written_before);
    void judge_store(Device& device);
    void judge_live(Device& device, const acme::WantedCert& wanted, const std::string& when);
    static double renewal_share(double life);
    double earliest_share(double life) const;

    const Fate& fate_;
    std::map<std::string, Site> sites_;
    std::map<std::string, WallTime> promised_;  // next attempts, over a calm cut
    std::set<std::string> said_;                // what was found damaged already
    WallTime looked_{};
    std::vector<std::string> faults_;
    Figures figures_;
};

}  // namespace postern::sim
