// How often one client may ask a site: a token bucket for each IPv4 address and IPv6 /64. Its table is one for all loops, for a
// client's connections are spread over them, and has a fixed size: of a crowd those are forgotten who owe least.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "server/base/ip.h"
#include "server/http/handler.h"

namespace postern::site {

struct Rate {
    int count = 0;          // requests in each `per`; 0: no limit
    Seconds per{1};
    int burst = 0;          // at once, after a pause that is long enough

    bool operator==(const Rate&) const = default;
};

// Any thread; each lock is held for some ten instructions, and neither of the two calls allocates.
class RateTable {
public:
    static constexpr std::size_t kClients = 2048;  // 64 kB

    // `seed`: so that nobody can choose addresses that push out a certain other.
    RateTable(const Rate& rate, std::uint64_t seed);

    // 0: the request may pass, and is counted. Else how long to wait; who is refused pays nothing.
    Millis take(const Ip& client, SteadyTime now);

private:
    static constexpr std::size_t kTogether = 8;   // of a place in the table; looked through at each request
    static constexpr std::size_t kLocks = 16;
    using Time = std::chrono::nanoseconds;

    struct Bucket {
        Ip client{};
        Time full{Time::min()};  // when it is full again (virtual scheduling, ITU-T I.371)
    };
    std::size_t place_of(const Ip& client) const;

    const Time each_, most_;  // what a request costs, and what may be owed
    const std::uint64_t seed_;
    std::vector<Bucket> buckets_;
    std::array<std::mutex, kLocks> locks_;  // of the places whose numbers leave that rest
};

class RateLimit final : public http::Handler {
public:
    RateLimit(std::shared_ptr<http::Handler> inner, std::shared_ptr<RateTable> table) : inner_(std::move(inner)), table_(std::move(table)) {}
    http::Response handle(const http::Request& request, const http::Context& context) override;  // 429, or what the inner one says
    bool takes_body(const http::Request& request) const override { return inner_->takes_body(request); }

private:
    std::shared_ptr<http::Handler> inner_;
    std::shared_ptr<RateTable> table_;
};

}  // namespace postern::site
