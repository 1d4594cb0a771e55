// One device: a disk, two clocks (its own and the true one), and the worker that the power brings up and takes down.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "acme/lineage.h"
#include "acme/status.h"
#include "acme/wanted.h"
#include "tests/fakes/fake_files.h"
#include "tests/sim/fate.h"
#include "tests/sim/story.h"
#include "tests/sim/strict_ca.h"

namespace postern::sim {

class Device {
public:
    using Published = std::function<void(const std::string& site, const acme::Pair& pair)>;
    using Idle = std::function<bool()>;

    Device(const Fate& fate, bool tell, Published published);
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    bool boot();  // a fresh process on what the disk holds; false: it could not start
    // Lets the worker's thread go its rounds. Behind each of them it calls `idle`, in which all of the world happens;
    // that returns false when the process is to end. Meanwhile the caller's thread sleeps.
    void run(Idle idle);
    void set_wanted(std::vector<acme::WantedCert> wanted);
    void cut_power(Dice& dice, Seconds off);  // now; boot() brings it back
    bool is_dead() const { return files.fault_hit(); }

    // Time passes, for everybody.
    void pass(Millis by) {
        truth.advance(by);
        wall.advance(by);
    }
    WallTime now() const { return truth.wall(); }
    // How long nothing will happen: the worker looks again each hour, for somebody may have set its clock; looks that
    // would find nothing due are left out.
    Millis quiet() const;
    std::vector<acme::CertStatus> certificates() const;

    const Fate& fate;
    fakes::FakeClock truth, wall;
    Story story;
    fakes::FakeFiles files;
    fakes::Board board;
    StrictCa ca;
    std::vector<acme::WantedCert> wanted;
    int installed = 0, failed = 0;  // since somebody set them to 0, by the device's own log

private:
    struct Inside;
    std::unique_ptr<Inside> inside_;
};

}  // namespace postern::sim
