// The CA of a life: the scripted one behind the network's and its own troubles. It keeps its limits by its own count and
// the true time, and notes whatever a client does that a CA would hold against it.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/fakes/scripted_ca.h"
#include "tests/sim/fate.h"
#include "tests/sim/story.h"
#include "tests/sim/wrong_answers.h"

namespace postern::sim {

class StrictCa {
public:
    // `device`: the clock of the client, which a CA cannot see; what is done by one that must be wrong is judged here.
    StrictCa(fakes::FakeClock& truth, const Clock& device, fakes::Board& board, const Fate& fate, Story& story);

    Result<acme::HttpReply> exchange(const acme::HttpRequest& request);
    acme::ExchangeFault fault() const { return fault_; }

    void begin(const Stretch& stretch);
    void end(const Stretch& stretch);
    bool troubled() const;
    // Since when (or from when on) it would take an order for these names, and one more after it.
    WallTime has_room_since(const std::vector<std::string>& names);
    WallTime asked_to_wait_until() const { return wait_until_; }
    // The client has a reason not to know any more what it was asked: power cut, other names, another time.
    void forgive() { held_.clear(), expects_retry_ = {}; }
    // The same for orders under way: other names, or a clock by which they are too old.
    void forgive_orders() { unused_.clear(); }
    void serves(const std::vector<std::string>& names);  // a new certificate for these

    std::vector<std::string> faults();
    int issued() const { return ca_.issued; }

private:
    // Refilled evenly, as Let's Encrypt does it.
    struct Bucket {
        double tokens = 0;
        WallTime at{};
    };
    Bucket& bucket(const std::string& key, const acme::Limit& limit);
    void spend(const std::string& key, const acme::Limit& limit);
    bool open(Trouble what) const { return open_[static_cast<std::size_t>(what)] > 0; }
    Result<acme::HttpReply> lost(bool reached);
    Result<acme::HttpReply> limited(const std::string& names);
    void watch(const std::string& kind, const acme::HttpRequest& request);
    void watch_order(const std::string& names);
    acme::HttpReply window_for(const acme::HttpRequest& request);
    bool spoil(const std::string& kind, acme::HttpReply& reply);
    void count(const std::string& kind, const acme::HttpRequest& request, const acme::HttpReply& reply, int issued_before);
    void wrong(const std::string& what);
    static std::string kind_of(const acme::HttpRequest& request);
    static std::string names_of(const acme::HttpRequest& order);

    fakes::FakeClock& truth_;
    const Clock& device_;
    const Fate& fate_;
    Story& story_;
    fakes::ScriptedCa ca_;
    acme::ExchangeFault fault_;
    std::array<int, 9> open_{};
    std::vector<long long> menu_;  // rows of wrong_answers() that are open
    long long limit_seconds_ = 0;

    std::map<std::string, Bucket> buckets_;
    std::map<std::size_t, std::string> order_names_, authz_names_;
    std::set<std::size_t> failed_;
    std::map<std::string, WallTime> unused_;  // names -> issued then, and the client has all it needs to get at it
    std::map<std::string, WallTime> held_;  // names -> the moment before which they were told not to come again
    WallTime wait_until_{};
    std::optional<SteadyTime> expects_retry_;
    SteadyTime last_lost_{};
    std::vector<std::string> faults_;
};

}  // namespace postern::sim
