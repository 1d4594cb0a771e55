#include "acme/known_clock.h"
#include "server/base/text.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

constexpr Seconds kDay(86400);
const WallTime kBoot{};  // 1970

// A CA that tells the time, at which its chain is valid, or does not.
class Timekeeper final : public Transport {
public:
    Timekeeper(fakes::ScriptedCa& ca, fakes::FakeClock& clock, std::optional<WallTime>& says, int& asked)
        : inner_(ca, clock), says_(says), asked_(asked) {}
    Result<HttpReply> exchange(const HttpRequest& request) override {
        if (any_date_) {
            ++asked_;
            if (!says_) return Error::retry("nobody answers");
            return HttpReply{200, {}, {}};
        }
        return inner_.exchange(request);
    }
    void judge_dates_by(const Clock* clock) override { any_date_ = clock == nullptr; }
    std::optional<WallTime> vouched_date() const override { return says_; }

private:
    fakes::ScriptedTransport inner_;
    std::optional<WallTime>& says_;
    int& asked_;
    bool any_date_ = false;
};

struct Timed : World {
    explicit Timed(fakes::FakeFiles disk = {}) : World(std::move(disk)) {
        parts.connect = [this](const CaSettings&) { return std::make_unique<Timekeeper>(timed_ca, clock, says, asked); };
    }
    fakes::FakeClock ca_clock;
    fakes::ScriptedCa timed_ca{ca_clock, board};
    std::string source() const { return status.get()->clock_source; }
    std::optional<WallTime> says;
    int asked = 0;
};

}  // namespace

TEST_CASE("the known clock: the machine's, unless it lies before what has surely passed") {
    fakes::FakeClock machine;
    const WallTime now = machine.wall();
    KnownClock clock(machine);
    CHECK(clock.source() == ClockSource::kMachine);
    clock.raise(now + Seconds(300));
    CHECK(clock.is_set());  // a CA's clock may be a little ahead
    clock.raise(now + Seconds(301));
    CHECK(clock.source() == ClockSource::kNone);
    clock.raise(now + Seconds(900));
    clock.raise(now);  // a bound is never lowered
    clock.learn(now);
    CHECK(clock.source() == ClockSource::kNone);  // the CA is no better
    clock.learn(now + kDay);
    CHECK(clock.source() == ClockSource::kCa);
    machine.advance(Millis(61500));
    CHECK(clock.wall() == now + kDay + Seconds(61));  // the steady time goes on
    CHECK(clock.ahead() == -kDay);
    machine.set_wall(now + Seconds(1000));
    CHECK(clock.source() == ClockSource::kMachine);
    CHECK(clock.wall() == now + Seconds(1000));
}

TEST_CASE("clock not set: nothing is ordered and nothing expires, and the CA is asked after growing pauses") {
    Timed world;
    world.clock.set_wall(kBoot);
    world.start();
    for (int minute = 0; minute < 60; ++minute) {
        world.round();
        world.clock.advance(Millis(60000));
    }
    CHECK(world.source() == "none");
    CHECK_FALSE(world.status.get()->clock_sane);
    CHECK(world.asked == 6);  // at 0, 1, 3, 7, 15, 31 minutes
    CHECK(world.timed_ca.count("newOrder") == 0);
    CHECK_FALSE(world.keeper->renew({}, true).ok);
    CHECK(world.asked == 7);  // by hand at once
    CHECK(world.told("the clock is not set yet"));
    CHECK(world.lines.contain("nobody answers"));
}

TEST_CASE("clock not set: a CA that tells the time is believed, and the machine's clock again once it is set") {
    Timed world;
    const WallTime now = world.clock.wall();
    world.clock.set_wall(kBoot);
    world.says = now;
    world.start();
    world.round();
    CHECK(world.source() == "ca");
    CHECK(world.only().state == CertState::kValid);
    CHECK(world.asked == 1);
    CHECK_FALSE(world.files.exists("/state/clock").value());  // nobody but the CA says so
    world.clock.set_wall(now + Seconds(60));
    world.round();
    CHECK(world.source() == "system");
}

TEST_CASE("clock not set: a CA whose clock is behind too is of no use") {
    Timed world;
    world.clock.set_wall(kBoot);
    world.says = kBoot + kDay;
    world.start();
    world.round();
    CHECK(world.source() == "none");
    CHECK(world.lines.contain("too, is behind"));
    CHECK(world.timed_ca.count("newOrder") == 0);
}

TEST_CASE("a good time is one on which CA and machine agree, saved at most once a day, and a bound after a restart") {
    Timed world;
    const WallTime now = world.clock.wall();
    world.says = now + Seconds(301);
    world.start();
    world.round();
    CHECK_FALSE(world.files.exists("/state/clock").value());
    world.says = now + Seconds(299);
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.files.read("/state/clock", 100).value() == to_rfc3339((now + Seconds(299)).time_since_epoch().count()) + "\n");
    world.says = now + kDay;
    world.clock.set_wall(now + kDay);
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.files.read("/state/clock", 100).value() == to_rfc3339((now + Seconds(299)).time_since_epoch().count()) + "\n");
    world.says = now + kDay + Seconds(299);
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.files.read("/state/clock", 100).value() == to_rfc3339((now + kDay + Seconds(299)).time_since_epoch().count()) + "\n");

    Timed later(world.files);
    later.files.put("/state/clock", to_rfc3339((now + kDay * 400).time_since_epoch().count()) + "\n");
    later.clock.set_wall(now + kDay * 399);
    later.start();
    CHECK(later.source() == "none");
    CHECK(later.only().state == CertState::kValid);  // it expired long ago, if this were the time
}

TEST_CASE("the file of the good time: damage is set aside and said, a full disk is said") {
    Timed world;
    world.files.put("/state/clock", "half past nine\n");
    world.start();
    CHECK(world.source() == "system");
    REQUIRE(world.status.get()->notices.size() == 1);
    CHECK(world.status.get()->notices.front().find("/state/clock") != std::string::npos);

    Timed full;
    full.says = full.clock.wall();
    full.files.deny("/state/.clock.tmp", 28 /* ENOSPC */);
    full.start();
    CHECK(full.round().rung == Rung::kPublic);
    CHECK(full.lines.contain("what=clock"));
    CHECK_FALSE(full.files.exists("/state/clock").value());
    full.files.deny("/state/.clock.tmp", 0);
    CHECK(full.keeper->renew({}, true).changed);  // and tried again at the next answer
    CHECK(full.files.exists("/state/clock").value());
}

TEST_CASE("clocks that are an hour apart: said once") {
    Timed world;
    world.says = world.clock.wall() - Seconds(3700);
    world.start();
    world.round();
    for (int i = 0; i < 3; ++i) world.keeper->renew({}, true);
    CHECK(world.lines.count("clock here and the CA's differ") == 1);
    CHECK_FALSE(world.files.exists("/state/clock").value());
}
