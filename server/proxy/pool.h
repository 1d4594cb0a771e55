// The connections of one site on one loop to its upstreams: those at rest, whose turn it is, who failed of late. Lives on the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/base/log.h"
#include "server/net/deadlines.h"
#include "server/net/reactor.h"
#include "server/proxy/route.h"
#include "server/proxy/wire.h"

namespace postern::proxy {

// A socket that is being connected to the address, non-blocking, told of at once; or none, and errno says why.
UniqueFd begin_connect(const net::Address& address);

struct PoolParts {
    std::vector<Upstream> upstreams;
    Millis timeout{};  // for an upstream to say or take something
    Log* log = nullptr;  // outlives the pool; null: nobody is told
    std::string name{};  // of the site, for the log
    UniqueFd (*dial)(const net::Address& address) = begin_connect;
};

class Pool final : public net::Resident {
public:
    explicit Pool(PoolParts parts);
    ~Pool() override;

    // Before anything else on this loop; safe to say again.
    static void settle(const std::shared_ptr<Pool>& pool, net::Reactor& reactor);

    // Whose turn it is: one that works if any does, of those whose bit in `tried` is not set. Nothing: all are.
    std::optional<std::size_t> pick(std::uint32_t tried);
    // A connection to it, at rest or new, for a client of that address. Null: why not is in `error`, an errno value; 0: too many
    // are open, in all or for him.
    std::unique_ptr<Wire> open(std::size_t index, bool may_be_kept, std::string_view address, int& error);
    void give_back(std::unique_ptr<Wire> wire);  // after a whole exchange, for another
    void close(std::unique_ptr<Wire> wire);

    void failed(std::size_t index, const std::string& why);
    void works(std::size_t index);
    const Upstream& upstream(std::size_t index) const { return parts_.upstreams[index]; }

    // Deadlines of a wire: its user is told when they are over.
    enum class For : std::uint8_t { kConnect, kAnswer, kTunnel };
    void await(Wire& wire, For what);

    Millis until_next(SteadyTime now) const override;
    void expire(SteadyTime now) override;
    void leave() override;

private:
    struct Side {
        bool down = false, told = false;
        SteadyTime told_at{};  // of the last line in the log: a server that fails now and then fills none
        SteadyTime down_until{};
        std::vector<std::unique_ptr<Wire>> idle;  // the latest used last
    };
    std::unique_ptr<Wire> open_any(std::size_t index, bool may_be_kept, int& error);
    void release(Wire& wire);  // from its client
    std::unique_ptr<Wire> take_idle(Side& side);
    void close_oldest_idle();
    std::unique_ptr<Wire> connect(std::size_t index, int& error);

    PoolParts parts_;
    net::Reactor* reactor_ = nullptr;  // null: none yet, or the loop has ended
    std::vector<Side> sides_;
    std::unordered_map<std::string, std::size_t> in_use_by_;  // by client
    std::size_t next_ = 0, open_ = 0, in_use_ = 0;
    net::DeadlineList connecting_, answering_, tunnels_, idle_;
};

}  // namespace postern::proxy
