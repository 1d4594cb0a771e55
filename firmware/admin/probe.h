// A page with a random name that hangs on every listener for a while, to see who gets through to it: plain values between
// the server, its API and the subcommands.
#pragma once

#include <cstdint>
#include <string>

#include "server/base/clock.h"

namespace postern::admin {

struct Probe {
    std::string token;  // the page is /.well-known/acme-challenge/TOKEN
    std::string page;   // its text, which nobody can guess
};

struct Visit {
    WallTime at{};
    std::string peer;        // IP address
    std::uint16_t port = 0;  // our listener's
    bool secure = false;     // by https
};

}  // namespace postern::admin
