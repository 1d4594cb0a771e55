// A proxy's loop and its upstreams without a network: an upstream is the far end of a socket pair, and events are told by hand.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "server/net/reactor.h"
#include "server/proxy/exchange.h"
#include "server/proxy/pool.h"

namespace postern::proxy {

class Scene final : public net::Reactor, public http::Rouser {
public:
    Scene() { here() = this; }
    ~Scene() override {
        if (pool) pool->leave();
        graveyard.clear();
    }

    SteadyTime now() const override { return SteadyTime(Millis(at)); }
    Result<void> watch(int fd, net::Watched& who) override {
        watched.push_back({fd, &who});
        return {};
    }
    void adopt(std::shared_ptr<net::Resident>) override {}
    void bury(std::unique_ptr<net::Watched> who) override {
        std::erase_if(watched, [&](const auto& one) { return one.second == who.get(); });
        graveyard.push_back(std::move(who));
    }
    void rouse() override { ++roused; }
    std::uint64_t turn() const override { return 0; }

    void make_pool(std::size_t upstreams) {
        PoolParts parts;
        for (std::size_t i = 0; i < upstreams; ++i) parts.upstreams.push_back(Upstream::parse("http://127.0.0.1:" + std::to_string(8001 + i)).value());
        parts.timeout = Millis(60'000);
        parts.dial = dial;
        pool = std::make_shared<Pool>(parts);
        Pool::settle(pool, *this);
    }

    // Everybody is told that there may be something.
    void turn() {
        const auto all = watched;
        for (const auto& [fd, who] : all)
            if (std::any_of(watched.begin(), watched.end(), [&, w = who](const auto& one) { return one.second == w; })) who->ready(true, true);
        graveyard.clear();
    }

    void pass(long long millis) {
        at += millis;
        pool->expire(now());
        graveyard.clear();
    }

    // What the upstream of the nth connection has been sent so far.
    std::string heard(std::size_t number) {
        char bytes[65536];
        std::string text;
        for (ssize_t got = 0; (got = ::recv(far[number].get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;) text.append(bytes, static_cast<std::size_t>(got));
        return text;
    }
    void say(std::size_t number, const std::string& text) {
        if (::send(far[number].get(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) far.clear();  // .at() fails then
        turn();
    }
    void hang_up(std::size_t number) {
        (void)heard(number);  // what it has not read would make it a reset
        far[number] = UniqueFd();
        turn();
    }

    std::shared_ptr<Pool> pool;
    std::deque<UniqueFd> far;       // of each connection that was dialled
    std::vector<std::string> dialled;
    std::vector<int> refuse;        // errno for the next ones
    int roused = 0;
    long long at = 1'000'000;
    std::vector<std::pair<int, net::Watched*>> watched;
    std::vector<std::unique_ptr<net::Watched>> graveyard;

private:
    static Scene*& here() {
        static Scene* scene = nullptr;
        return scene;
    }
    static UniqueFd dial(const net::Address& address) {
        Scene& scene = *here();
        scene.dialled.push_back(address.text());
        if (!scene.refuse.empty()) {
            const int error = scene.refuse.front();
            scene.refuse.erase(scene.refuse.begin());
            errno = error;
            if (error != 0) return UniqueFd();
        }
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return UniqueFd();
        scene.far.push_back(UniqueFd(ends[1]));
        return UniqueFd(ends[0]);
    }
};

}  // namespace postern::proxy
