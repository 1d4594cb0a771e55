// The look itself: in which order things are asked, and what of it goes to which judge. Everything it knows comes through
// Outside and the Resolver, so that tests need neither a network nor time.
#pragma once

#include <map>
#include <optional>
#include <tuple>

#include "acme/preflight/judge_ca.h"
#include "acme/preflight/judge_ports.h"
#include "acme/preflight/outside.h"
#include "acme/preflight/remembering_resolver.h"

namespace postern::acme::preflight {

// What holds for all certificates of a look.
struct Frame {
    std::uint16_t http_port = 80, https_port = 443;          // at which the world reaches us; 0: that listener is off
    std::uint16_t http_listener = 80, https_listener = 443;  // our own
    WallTime clock_bound{};  // no true clock is before it (acme/clock_bound.h)
    bool whole = true;  // false: without what an order tells at once by itself (the CA's chain, the clock, the limits)
};

struct ExaminerParts {
    Outside& outside;
    dns::Resolver& resolver;
    const Clock& clock;
    const Cancel& cancel;  // called: what is left is told as not tried
};

class Examiner {
public:
    // `parts` is borrowed. One look an object.
    Examiner(Frame frame, const ExaminerParts& parts, Ledger ledger);

    // In the order in which one would mend things. Takes limits::kPreflightTotal and one try more at most.
    std::vector<Finding> examine(const std::vector<Case>& cases);

private:
    void look_at_box(const std::vector<Case>& cases);
    void look_at_doors();
    void look_at_name(const Case& one, const std::string& name);
    void look_at_caa(const Case& one, std::vector<CaaSight>& sights);
    bool is_spared(const Way& way) const;
    void judge_ways();
    void tell_unasked();
    NameSight sight_of(const std::string& name);
    void add_records(NameSight& sight, dns::Type type, int& unknown);
    Landing land(const std::string& name, const std::string& ip, Place place);
    Fetched fetch(const Target& target, const DoorSight& door);
    void add_way(const Case& one, const std::string& name, const Landing& landing, bool secure);
    bool is_near(const Case& one);
    const CaSight& ca_of(const Case& one);

    Frame frame_;
    const ExaminerParts& parts_;
    Ledger ledger_;
    Deadline deadline_;
    RememberingResolver resolver_;
    OwnAddresses own_;
    DoorSight plain_, secure_;
    std::map<std::string, CaSight> cas_;  // by directory URL
    std::map<std::string, bool> near_;
    std::map<std::pair<std::string, std::uint16_t>, Fetched> closed_;  // what no name can change
    std::vector<Way> ways_;
    std::vector<NameSight> unasked_;
    std::vector<Finding> findings_;
};

}  // namespace postern::acme::preflight
