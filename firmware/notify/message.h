// One message to the owner, before it is a mail or a webhook's JSON; and a way by which it goes there. Made by events,
// kept and sent by the notifier.
#pragma once

#include <string>
#include <vector>

#include "acme/status.h"
#include "server/base/clock.h"
#include "server/base/waiting.h"

namespace postern::notify {

struct Message {
    std::string id;           // unique: for Message-ID, and so that a receiver knows a repetition
    std::string host;         // this machine
    std::string certificate;  // its name; empty in a test
    std::string event;        // "failure", "expiry", "renewed", "test"
    bool over = false;        // the failure or expiry told before is over
    WallTime at{};
    std::string subject;      // host, certificate and event; one line
    std::string text;         // plain words, LF at each line's end
    std::vector<std::string> names;
    acme::Problem problem;    // of a failure; its type is empty otherwise
};

struct Delivery {
    enum class Outcome : unsigned char {
        kDelivered,
        kLater,  // passing: try again
        kNever,  // the same will happen again: only a person can mend it
    };
    Outcome outcome = Outcome::kLater;
    std::string said;  // what went wrong, or what the other side said
};

class Way {
public:
    virtual ~Way() = default;
    virtual std::string name() const = 0;   // "webhook", "mail"
    virtual std::string where() const = 0;  // for the log: no secret in it
    virtual Delivery deliver(const Message& message, const Deadline& deadline) = 0;  // blocks
    virtual void cancel() {}                // from any thread: ends a delivery under way soon, and all later ones
};

}  // namespace postern::notify
