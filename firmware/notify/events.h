// What the owner is to be told, as a function of the certificates' status and of what was told before. Pure; used by the
// notifier, which remembers and sends.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "acme/status.h"
#include "firmware/notify/message.h"

namespace postern::notify {

// Which of the events of [notify] on are told.
struct Choice {
    bool failure = false, expiry = false, renewed = false;

    static Choice of(const std::vector<std::string>& words);
};

struct Told {
    WallTime since{};  // it was told first
    WallTime last{};   // and last
};

// Of one certificate: what was told of it, and which generation served then.
struct Known {
    int generation = 0;
    std::optional<Told> failure, expiry;  // until a new certificate has ended them
};
using AllKnown = std::map<std::string, Known>;

struct Look {
    std::vector<Message> messages;  // without ids
    bool changed = false;           // of `known`: worth writing
    std::optional<WallTime> next;   // look again then: a reminder or a threshold is due
};

inline constexpr Seconds kReminder = Seconds(86400);
inline constexpr int kWarningPart = 4;  // of the lifetime is left: the monitor's --warning, 1/4

// `known` becomes what will have been told. Certificates that are no longer there are forgotten. While the clock is not
// set nothing is judged.
Look look(const acme::StatusSnapshot& status, const Choice& choice, AllKnown& known, WallTime now, const std::string& host);

}  // namespace postern::notify
