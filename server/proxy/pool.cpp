#include "server/proxy/pool.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "server/base/ip.h"
#include "server/base/upstream_limits.h"

namespace postern::proxy {

namespace {

// What counts as one client, as front::client_key() has it.
std::string household_of(std::string_view address) {
    const std::optional<Ip> ip = Ip::parse(address);
    if (!ip) return "?" + std::string(address);
    const Ip one = ip->client();
    return (one.is_v6 ? "6" : "4") + std::string(one.bits.begin(), one.bits.end());
}

}  // namespace

UniqueFd begin_connect(const net::Address& address) {
    UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int yes = 1;
    if (fd) (void)::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (fd && (::connect(fd.get(), address.native(), address.native_size()) == 0 || errno == EINPROGRESS)) return fd;
    const int error = errno;
    fd = UniqueFd();
    errno = error;  // closing may have set another
    return fd;
}

Pool::Pool(PoolParts parts)
    : parts_(std::move(parts)), sides_(parts_.upstreams.size()), connecting_(limits::kUpstreamConnect), answering_(parts_.timeout),
      tunnels_(limits::kTunnelQuiet), idle_(limits::kUpstreamIdleTime) {}

Pool::~Pool() = default;

void Pool::settle(const std::shared_ptr<Pool>& pool, net::Reactor& reactor) {
    if (pool->reactor_ != nullptr) return;
    pool->reactor_ = &reactor;
    reactor.adopt(pool);
}

std::optional<std::size_t> Pool::pick(std::uint32_t tried) {
    std::optional<std::size_t> resting;  // down, the one that failed longest ago
    const SteadyTime now = reactor_ != nullptr ? reactor_->now() : SteadyTime();
    for (std::size_t i = 0; i < sides_.size(); ++i) {
        const std::size_t index = (next_ + i) % sides_.size();
        if ((tried >> index & 1) != 0) continue;
        if (!sides_[index].down || now >= sides_[index].down_until) {
            next_ = index + 1;
            return index;
        }
        if (!resting || sides_[index].down_until < sides_[*resting].down_until) resting = index;
    }
    return resting;
}

// One whose server has closed it since is found out by looking: its bytes, or its end, would be there.
std::unique_ptr<Wire> Pool::take_idle(Side& side) {
    while (!side.idle.empty()) {
        std::unique_ptr<Wire> wire = std::move(side.idle.back());
        side.idle.pop_back();
        wire->unlink();
        char byte = 0;
        if (::recv(wire->fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return wire;
        close(std::move(wire));
    }
    return nullptr;
}

std::unique_ptr<Wire> Pool::connect(std::size_t index, int& error) {
    UniqueFd fd = parts_.dial(parts_.upstreams[index].address);
    if (!fd) {
        error = errno;
        return nullptr;
    }
    auto wire = std::make_unique<Wire>(std::move(fd), index);
    Result<void> watched = reactor_->watch(wire->fd(), *wire);
    if (!watched.ok()) {
        error = watched.error().number();
        return nullptr;
    }
    ++open_;
    return wire;
}

std::unique_ptr<Wire> Pool::open(std::size_t index, bool may_be_kept, std::string_view address, int& error) {
    error = 0;
    if (reactor_ == nullptr) return nullptr;
    std::string client = household_of(address);
    const auto has = in_use_by_.find(client);
    if (in_use_ >= limits::kUpstreamCrowd && has != in_use_by_.end() && has->second >= limits::kUpstreamShare) return nullptr;
    std::unique_ptr<Wire> wire = open_any(index, may_be_kept, error);
    if (!wire) return nullptr;
    ++in_use_;
    ++in_use_by_[client];
    wire->client = std::move(client);
    return wire;
}

void Pool::release(Wire& wire) {
    const auto has = in_use_by_.find(wire.client);
    if (wire.client.empty() || has == in_use_by_.end()) return;
    --in_use_;
    if (--has->second == 0) in_use_by_.erase(has);
    wire.client.clear();
}

std::unique_ptr<Wire> Pool::open_any(std::size_t index, bool may_be_kept, int& error) {
    Side& side = sides_[index];
    if (may_be_kept)
        if (std::unique_ptr<Wire> wire = take_idle(side)) return wire;
    if (open_ >= limits::kUpstreamOpen && !idle_.empty()) close_oldest_idle();
    if (open_ >= limits::kUpstreamOpen) return nullptr;
    return connect(index, error);
}

void Pool::give_back(std::unique_ptr<Wire> wire) {
    Side& side = sides_[wire->upstream];
    release(*wire);
    if (reactor_ == nullptr || side.idle.size() >= limits::kUpstreamIdle) return close(std::move(wire));
    wire->user = nullptr;  // should it end, take_idle() will see
    wire->kept = true;
    idle_.enter(*wire, reactor_->now());
    side.idle.push_back(std::move(wire));
}

void Pool::close(std::unique_ptr<Wire> wire) {
    if (!wire) return;
    release(*wire);
    --open_;
    wire->unlink();
    wire->user = nullptr;
    if (reactor_ != nullptr) reactor_->bury(std::move(wire));
}

void Pool::failed(std::size_t index, const std::string& why) {
    Side& side = sides_[index];
    if (reactor_ == nullptr) return;
    const SteadyTime now = reactor_->now();
    side.down_until = now + limits::kUpstreamDown;
    const bool was_down = std::exchange(side.down, true);
    if (was_down || parts_.log == nullptr || (side.told_at != SteadyTime() && now - side.told_at < limits::kUpstreamTold)) return;
    side.told = true;
    side.told_at = now;
    parts_.log->warn("upstream_down", {{"site", parts_.name}, {"upstream", upstream(index).authority}, {"why", why}});
}

void Pool::works(std::size_t index) {
    sides_[index].down = false;
    if (!std::exchange(sides_[index].told, false)) return;
    parts_.log->info("upstream_up", {{"site", parts_.name}, {"upstream", upstream(index).authority}});
}

void Pool::await(Wire& wire, For what) {
    if (reactor_ == nullptr) return;
    net::DeadlineList& list = what == For::kConnect ? connecting_ : what == For::kAnswer ? answering_ : tunnels_;
    list.enter(wire, reactor_->now());
}

Millis Pool::until_next(SteadyTime now) const {
    Millis soonest(-1);
    for (const net::DeadlineList* list : {&connecting_, &answering_, &tunnels_, &idle_}) {
        const Millis wait = list->until_next(now);
        if (wait.count() >= 0 && (soonest.count() < 0 || wait < soonest)) soonest = wait;
    }
    return soonest;
}

void Pool::expire(SteadyTime now) {
    for (net::DeadlineList* list : {&connecting_, &answering_, &tunnels_}) {
        while (net::DeadlineNode* node = list->expired(now)) {
            auto& wire = static_cast<Wire&>(*node);
            wire.unlink();
            if (wire.user != nullptr) wire.user->timed_out();
        }
    }
    while (idle_.expired(now) != nullptr) close_oldest_idle();
}

// Each side's are in order of time, as the list is.
void Pool::close_oldest_idle() {
    Side& side = sides_[static_cast<Wire*>(idle_.oldest())->upstream];
    std::unique_ptr<Wire> oldest = std::move(side.idle.front());
    side.idle.erase(side.idle.begin());
    close(std::move(oldest));
}

void Pool::leave() {
    for (Side& side : sides_) {
        while (!side.idle.empty()) {
            close(std::move(side.idle.back()));
            side.idle.pop_back();
        }
    }
    reactor_ = nullptr;
}

}  // namespace postern::proxy
