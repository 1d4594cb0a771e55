#include "tests/sim/device.h"

#include <algorithm>
#include <optional>
#include <semaphore>
#include <utility>

#include "acme/pauser.h"
#include "acme/worker.h"
#include "tests/sim/cheap.h"
#include "tests/unit/acme/doubles.h"

namespace postern::sim {

namespace {

constexpr long long kBuilt = 1795219200;       // 2026-11-21: the program, before every device
constexpr long long kFirstBoots = 300 * 86400LL;
constexpr Millis kHour{3600 * 1000}, kGlance{5000};
constexpr Seconds kYear(365 * 86400);
constexpr Seconds kAskAgain(6 * 3600);  // what the CA says of its renewal information

long long birth_of(std::uint64_t seed) { return kBuilt + Dice(seed ^ 0xb1).below(kFirstBoots); }

// Before anything is made: the CA's own certificate comes from it too.
const Fate& begin_world(const Fate& fate) {
    Dice dice(fate.seed ^ 0xce);
    const bool large = dice.chance(20);  // a chain of up to 5 kB; most have 2 to 3
    cheap_world() = {fate.seed, static_cast<std::size_t>(dice.between(900, large ? 2000 : 1300)),
                     static_cast<std::size_t>(dice.between(900, large ? 3000 : 1600)), WallTime(Seconds(kBuilt)), 0};
    return fate;
}

}  // namespace

// What a process is made of, and what the worker holds of the world.
struct Device::Inside {
    struct Waiting final : acme::Pauser {  // nobody sleeps, and without power nobody waits
        explicit Waiting(Inside& owner) : inside(owner) {}
        bool sleep_until(SteadyTime then) override {
            if (inside.device.is_dead() || stopped) return false;
            if (const Millis left = then - inside.device.wall.steady(); left.count() > 0) inside.device.pass(left);
            return true;
        }
        bool idle_until(SteadyTime then) override {
            inside.next = then;
            const bool on = !stopped && inside.idle();
            if (!on) inside.ended.release();
            return on;
        }
        void wake() override {}
        void stop() override { stopped = true; }
        Inside& inside;
        bool stopped = false;
    };
    struct Line final : acme::Transport {
        explicit Line(Device& owner) : device(owner) {}
        Result<acme::HttpReply> exchange(const acme::HttpRequest& request) override {
            device.pass(Millis(20));
            if (device.is_dead()) return Error::retry("no power");
            auto reply = device.ca.exchange(request);
            date.reset();
            if (reply && device.fate.dated) date = device.now();
            return reply;
        }
        std::optional<WallTime> vouched_date() const override { return date; }
        acme::ExchangeFault fault() const override { return device.ca.fault(); }
        Device& device;
        std::optional<WallTime> date;
    };
    struct Serving final : acme::CertPublisher {
        explicit Serving(Inside& owner) : inside(owner) {}
        void publish(const std::string& name, const std::vector<std::string>&, acme::Pair pair) override {
            if (!inside.device.is_dead()) inside.published(name, pair);
        }
        void withdraw(const std::string&) override {}
        Inside& inside;
    };
    struct Lines final : LogSink {
        explicit Lines(Device& owner) : device(owner) {}
        // "TIME LEVEL event key=value ...": what the device says of itself, and told with its own date.
        void write_line(LogLevel, std::string_view line) override {
            device.installed += line.find(" acme.installed ") != std::string_view::npos ? 1 : 0;
            device.failed += line.find(" acme.failed ") != std::string_view::npos ? 1 : 0;
            if (device.story.kept()) device.story.tell("    " + std::string(line));
        }
        Device& device;
    };

    Inside(Device& owner, Published given)
        : device(owner),
          published(std::move(given)),
          random(owner.fate.seed ^ 0xda),
          log(owner.wall, std::make_unique<Lines>(owner), LogLevel::kInfo),
          parts{owner.wall, owner.files, random, log, owner.board, probe, serving, status,
                [this](const acme::CaSettings&) { return std::make_unique<Line>(device); },
                "/state", FileSystem::kKeepGroup, &waiting} {}

    Device& device;
    Published published;
    fakes::FixedRandom random;
    Log log;
    acme::Probe probe;
    Serving serving{*this};
    Waiting waiting{*this};
    postern::Published<acme::StatusSnapshot> status;
    acme::WorkerParts parts;
    Idle idle;
    std::binary_semaphore ended{0};
    std::unique_ptr<acme::Worker> worker;
    SteadyTime next{};
};

Device::Device(const Fate& given, bool tell, Published published)
    : fate(begin_world(given)),
      truth(birth_of(given.seed)),
      wall(birth_of(given.seed)),
      story(truth, tell),
      ca(truth, wall, board, fate, story),
      inside_(std::make_unique<Inside>(*this, std::move(published))) {}

Device::~Device() = default;

bool Device::boot() {
    inside_->worker.reset();
    inside_->waiting.stopped = false;
    inside_->worker = std::make_unique<acme::Worker>(inside_->parts, wanted);
    auto prepared = inside_->worker->prepare();
    if (!prepared) story.tell("cannot start: " + prepared.error().text());
    return prepared.ok() && !is_dead();
}

void Device::run(Idle idle) {
    inside_->idle = std::move(idle);
    inside_->worker->start();
    inside_->ended.acquire();
    inside_->worker->stop();
}

void Device::set_wanted(std::vector<acme::WantedCert> next) {
    wanted = std::move(next);
    inside_->worker->set_wanted(wanted);
}

std::vector<acme::CertStatus> Device::certificates() const { return inside_->status.get()->certificates; }

Millis Device::quiet() const {
    const Millis wait = std::max(inside_->next - wall.steady(), Millis(0));
    if (wait == kGlance) return kHour;  // the clock is not set: until it is, nothing is due
    if (wait != kHour) return wait;
    Seconds due = fate.renewal_info ? kAskAgain : kYear;
    for (const acme::CertStatus& one : certificates())
        if (one.next_attempt) due = std::min<Seconds>(due, *one.next_attempt - wall.wall());
    return std::max<long long>(due / kHour, 1) * kHour;
}

void Device::cut_power(Dice& dice, Seconds off) {
    inside_->worker.reset();
    board.tokens.clear();
    const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(dice.below(static_cast<long long>(below))); };
    files = files.after_power_loss(pick);
    ca.forgive();
    pass(off);
}

}  // namespace postern::sim
