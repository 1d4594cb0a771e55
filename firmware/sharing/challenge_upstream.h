// Asks another machine for the tokens that we do not hold ([acme] challenge_upstream): for a balancer in front of the machine
// that has the account. Threads of its own do the asking, and a loop never waits. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/config/sharing_config.h"
#include "server/base/clock.h"
#include "server/base/log.h"
#include "server/base/random.h"
#include "server/http/handler.h"

namespace postern {

// All bounds of it. A CA waits some 10 s for an answer, from a handful of places.
struct UpstreamLimits {
    Millis exchange{4000};        // connect, ask and read
    Millis patience{6000};        // that and the wait for a thread together
    Seconds remembered{60};       // an answer that was found
    std::size_t answers = 32;     // remembered
    std::size_t searches = 64;    // tokens asked for at one time, waiting ones too; more are unknown
    std::size_t threads = 4;      // begun when there is work for them
    std::size_t reply = 4096;     // bytes of head and body
    std::size_t hops = 4;         // machines that have passed the question on
};

class ChallengeUpstream {
public:
    ChallengeUpstream(const Clock& clock, Random& random, Log& log, UpstreamLimits limits = {});
    ~ChallengeUpstream();  // stop(); nothing that ask() gave may live any longer

    void set(config::Upstream upstream);  // after a reload; what was remembered is forgotten
    // Whoever is being asked is left alone; all that wait get no answer, as will all who come later.
    void stop();

    // The answer, if it was found a moment ago.
    std::optional<std::string> remembered(std::string_view token) const;
    // The answer comes later: the key authorization, or as to an unknown token. Null: nobody is asked, because none is
    // configured, the question has come round in a circle (RFC 8586), or too many are asked for. `token` is base64url.
    std::unique_ptr<http::Later> ask(std::string_view token, const http::Request& request, const http::Context& context);
    // Why the last question got no answer that could be used; empty: it got one, or a plain "not found".
    std::string trouble() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern
