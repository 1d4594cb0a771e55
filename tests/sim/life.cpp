#include "tests/sim/life.h"

#include <algorithm>
#include <utility>

namespace postern::sim {

namespace {

constexpr std::uint64_t kRoom = std::uint64_t{1} << 40;  // bytes of a disk that is not full
constexpr Millis kWriteBack(30000);                      // a kernel writes back what is older
constexpr Seconds kStartAgain(60);                       // a service manager's patience
constexpr Seconds kAfterFullDisk(10 * 86400);            // a pause that could not be written is over by then

std::string site_name(int site) { return "site" + std::to_string(site) + ".example"; }

class Living {
public:
    Living(const Fate& fate, bool tell)
        : fate_(fate),
          dice_(fate.seed ^ 0x11fe),
          oracle_(fate),
          device_(fate, tell, [this](const std::string& site, const auto& pair) { oracle_.published(device_, site, pair); }),
          start_(device_.now()),
          masks_(static_cast<std::size_t>(fate.sites), 1) {}

    Life live();

private:
    long long age() const { return (device_.now() - start_).count(); }
    bool open(Trouble what) const {
        return std::any_of(open_.begin(), open_.end(), [&](const Stretch& s) { return s.what == what; });
    }
    bool up() const { return !clock_right_at_ && !open(Trouble::kDiskFull); }
    std::vector<acme::WantedCert> wanted() const;
    void boot();
    void cut();
    bool idle();  // behind each round of the worker; false: the process ends
    void judge_round();
    void wait();
    bool is_over() const { return age() >= fate_.length || !oracle_.faults().empty(); }
    void meet(const Stretch& stretch);
    void leave(const Stretch& stretch);
    void other_names(long long detail);
    void set_clock_right();

    const Fate& fate_;
    Dice dice_;
    Oracle oracle_;
    Device device_;
    WallTime start_;
    std::vector<unsigned> masks_;  // of each site: 1 wanted, 2 and 4 further names
    std::vector<Stretch> open_;
    std::size_t next_ = 0;         // of fate_.stretches
    std::optional<long long> clock_right_at_;  // age at which NTP sets it
    bool clock_set_wrong_ = false;             // by somebody, since it was right
    bool cut_now_ = false;                     // the power goes while the disk is at rest
    std::uint64_t written_ = 0;                // by the device, before this round
    long long disk_full_until_ = -1000000000;
};

std::vector<acme::WantedCert> Living::wanted() const {
    std::vector<acme::WantedCert> all;
    for (int site = 0; site < fate_.sites; ++site) {
        const unsigned mask = masks_[static_cast<std::size_t>(site)];
        if ((mask & 1) == 0) continue;
        acme::WantedCert one;
        one.name = site_name(site);
        one.names = {one.name};
        if ((mask & 2) != 0) one.names.push_back("www." + one.name);
        if ((mask & 4) != 0) one.names.push_back("mail." + one.name);
        one.ca = {"lab", fakes::ScriptedCa::kDirectory, "", "owner@example.com", true, {}, fate_.limits};
        all.push_back(std::move(one));
    }
    return all;
}

void Living::set_clock_right() {
    device_.wall.set_wall(device_.now());
    device_.ca.forgive();
    if (clock_set_wrong_) device_.ca.forgive_orders();
    clock_set_wrong_ = false;
    clock_right_at_.reset();
    device_.story.tell("the clock is right");
}

void Living::boot() {
    if (!fate_.battery) {
        device_.wall.set_wall(WallTime(Seconds(30)));
        clock_right_at_ = age() + (dice_.chance(5) ? dice_.between(3600, 2 * 86400) : dice_.between(10, 1800));
    }
    device_.story.tell("boot");
    while (!device_.boot()) {
        if (device_.is_dead()) device_.cut_power(dice_, Seconds(1));
        device_.pass(Millis(kStartAgain));
        device_.files.set_free(kRoom);  // somebody looks after it
    }
    device_.files.write_back();
    oracle_.after_boot(device_, age() < disk_full_until_);
    written_ = device_.files.bytes_written();
    device_.installed = device_.failed = 0;
}

// Off for seconds, or for hours.
void Living::cut() {
    const bool calm = std::exchange(cut_now_, false) && !device_.is_dead();
    const bool whole = calm && fate_.battery && !clock_right_at_ && age() > disk_full_until_ + kAfterFullDisk.count();
    oracle_.before_cut(device_, whole);
    oracle_.look(device_, up());
    const Seconds off(dice_.chance(70) ? dice_.between(1, 120) : dice_.between(120, 12 * 3600));
    device_.story.tell("power cut, " + std::to_string(off.count()) + " s");
    device_.cut_power(dice_, off);
    oracle_.look(device_, false);
}

void Living::other_names(long long detail) {
    const auto site = static_cast<std::size_t>(detail % fate_.sites);
    const unsigned bit = 1u << (detail / 8 % 3);
    std::vector<unsigned> before = masks_;
    masks_[site] ^= bit;
    if (wanted().empty()) masks_ = before;
    device_.ca.forgive();
    device_.ca.forgive_orders();
    const auto old = device_.wanted;
    device_.set_wanted(wanted());
    for (const acme::WantedCert& one : device_.wanted) {
        const auto is_one = [&](const acme::WantedCert& o) { return o.name == one.name && o.names == one.names; };
        if (std::none_of(old.begin(), old.end(), is_one)) oracle_.changed(one, device_.now());
    }
}

void Living::meet(const Stretch& stretch) {
    const bool row = stretch.what == Trouble::kWrongAnswers;
    device_.story.tell("-- " + std::string(name_of(stretch.what)) +
                       (row ? ": " + std::string(wrong_answers()[static_cast<std::size_t>(stretch.detail)].what) : ""));
    if (stretch.what == Trouble::kNames) return other_names(stretch.detail);
    if (stretch.what == Trouble::kPowerCut) {
        cut_now_ = stretch.detail == 0;
        if (!cut_now_) device_.files.power_cut_at(static_cast<int>(stretch.detail));
        return;
    }
    if (stretch.what == Trouble::kClockWrong) {
        device_.wall.set_wall(device_.wall.wall() + Seconds(stretch.detail));
        device_.ca.forgive();
        device_.ca.forgive_orders();
        clock_set_wrong_ = true;
        clock_right_at_ = std::max(clock_right_at_.value_or(0), stretch.until);
    } else if (stretch.what == Trouble::kDiskFull) {
        device_.files.set_free(static_cast<std::uint64_t>(stretch.detail % 8000));
        disk_full_until_ = std::max(disk_full_until_, stretch.until);
    } else {
        device_.ca.begin(stretch);
    }
    open_.push_back(stretch);
}

void Living::leave(const Stretch& stretch) {
    device_.story.tell("-- no more: " + std::string(name_of(stretch.what)));
    if (stretch.what == Trouble::kDiskFull) device_.files.set_free(kRoom);
    if (stretch.what != Trouble::kDiskFull && stretch.what != Trouble::kClockWrong) device_.ca.end(stretch);
}

void Living::judge_round() {
    oracle_.after_round(device_, written_);
    oracle_.look(device_, up());
    written_ = device_.files.bytes_written();
    device_.installed = device_.failed = 0;
}

bool Living::idle() {
    judge_round();
    if (device_.is_dead() || is_over()) return false;
    wait();
    return !cut_now_ && !is_over();
}

// Until the worker wants to look again, or something happens.
void Living::wait() {
    Millis quiet = std::max(device_.quiet(), Millis(1));
    const auto until = [&](long long moment) { quiet = std::min(quiet, std::max<Millis>(Seconds(moment - age()), Millis(0))); };
    if (next_ < fate_.stretches.size()) until(fate_.stretches[next_].from);
    for (const Stretch& stretch : open_) until(stretch.until);
    if (clock_right_at_) until(*clock_right_at_);
    if (quiet >= kWriteBack) device_.files.write_back();
    device_.pass(quiet);
    oracle_.look(device_, up());
    for (std::size_t i = 0; i < open_.size();) {
        if (open_[i].until > age()) {
            ++i;
            continue;
        }
        const Stretch over = open_[i];
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
        leave(over);
    }
    if (clock_right_at_ && *clock_right_at_ <= age()) set_clock_right();
    while (!cut_now_ && next_ < fate_.stretches.size() && fate_.stretches[next_].from <= age()) meet(fate_.stretches[next_++]);
}

Life Living::live() {
    device_.files.set_free(kRoom);
    device_.wanted = wanted();
    for (const acme::WantedCert& one : device_.wanted) oracle_.changed(one, device_.now());
    while (true) {
        boot();
        device_.run([this] { return idle(); });
        if (is_over()) break;
        cut();
    }
    Life life{oracle_.faults(), device_.story.lines(), oracle_.figures()};
    for (const std::string& fault : device_.ca.faults()) life.faults.push_back(fault);
    return life;
}

}  // namespace

Life live(const Fate& fate, bool tell) { return Living(fate, tell).live(); }

}  // namespace postern::sim
