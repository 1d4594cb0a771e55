// The judgement of `postern monitor`: what was seen at our own listener, as a line in the form of Nagios plugins
// (https://www.monitoring-plugins.org/doc/guidelines.html). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acme/wanted.h"
#include "server/base/clock.h"

namespace postern {

enum class Alarm : unsigned char { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };  // the exit status

// One host name and what was served for it.
struct Sight {
    std::string certificate;  // its name in the configuration
    std::string host;
    bool from_ca = true;      // one of a CA is wanted, or from files, not a self-signed one
    std::string failure;      // not empty: nothing was seen, and why
    bool self_signed = false;
    bool covers = true;
    WallTime not_before{}, not_after{};
};

struct MonitorLine {
    Alarm alarm = Alarm::kOk;
    std::string text;  // one line with performance data, "\n" at its end
};

// What must be left of a life of this length: a fraction of it, or seconds.
Seconds threshold(const acme::RenewAt& rule, Seconds life);

MonitorLine monitor_line(const std::vector<Sight>& sights, const acme::RenewAt& warning, const acme::RenewAt& critical,
                         WallTime now);

}  // namespace postern
