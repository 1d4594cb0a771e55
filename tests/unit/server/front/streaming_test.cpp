// Live bodies in a running house: who listens hears at once, others are served meanwhile, and nobody is kept who went away.
#include <doctest.h>

#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/unit/server/front/front_tester.h"

using namespace postern;
using namespace postern::front_tests;

namespace {

// One who speaks to all that listen, from another thread.
class Tower {
public:
    struct Listener final : http::LiveSource {
        Listener(Tower& owner, const http::Waker* waker) : tower(owner) {
            std::lock_guard<std::mutex> hold(tower.mutex);
            tower.listeners[this] = waker;
        }
        ~Listener() override {
            std::lock_guard<std::mutex> hold(tower.mutex);
            tower.listeners.erase(this);
        }
        std::size_t read(char* into, std::size_t room) override {
            std::lock_guard<std::mutex> hold(tower.mutex);
            const std::size_t size = std::min(room, tower.said.size() - heard);
            std::memcpy(into, tower.said.data() + heard, size);
            heard += size;
            return size;
        }
        bool ended() const override { return false; }
        Tower& tower;
        std::size_t heard = 0;
    };
    void say(std::string_view text) {
        std::lock_guard<std::mutex> hold(mutex);
        said += text;
        for (const auto& [listener, waker] : listeners) waker->wake();
    }
    std::size_t count() {
        std::lock_guard<std::mutex> hold(mutex);
        return listeners.size();
    }
    std::mutex mutex;
    std::map<Listener*, const http::Waker*> listeners;
    std::string said;
};

class TowerHandler final : public http::Handler {
public:
    explicit TowerHandler(Tower& tower) : tower_(tower) {}
    http::Response handle(const http::Request& request, const http::Context& context) override {
        http::Response response;
        if (request.path == "/live") response.live = std::make_unique<Tower::Listener>(tower_, context.waker);
        else response.body = "now";
        return response;
    }

private:
    Tower& tower_;
};

front::Endpoint tower_endpoint(Tower& tower) {
    front::Endpoint made = endpoint("x");
    made.make_handler = [&tower](std::size_t) -> Result<std::shared_ptr<http::Handler>> {
        return std::shared_ptr<http::Handler>(std::make_shared<TowerHandler>(tower));
    };
    return made;
}

template <typename Condition>
bool soon(Condition condition) {
    for (int i = 0; i < 5000 && !condition(); ++i) usleep(1000);
    return condition();
}

constexpr std::string_view kLive = "GET /live HTTP/1.1\r\nHost: h\r\n\r\n";

// What is there now.
std::string hear_some(const Peer& peer) {
    char buffer[65536];
    const ssize_t n = recv(peer.fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    return n <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(n));
}

// Up to that word, in however many pieces.
bool hears(Peer& peer, std::string& heard, const std::string& word) {
    return soon([&] {
        heard += hear_some(peer);
        return heard.find(word) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("who listens hears what another thread says, and others are served meanwhile") {
    Tower tower;
    front::FrontOptions options;
    options.loops = 2;
    House house({tower_endpoint(tower)}, options);
    REQUIRE(house.front);
    std::vector<std::unique_ptr<Peer>> listeners;
    std::vector<std::string> heard(20);
    for (int i = 0; i < 20; ++i) {
        listeners.push_back(std::make_unique<Peer>(house.address()));
        REQUIRE(listeners.back()->say(kLive));
    }
    REQUIRE(soon([&] { return tower.count() == 20; }));
    for (const char* word : {"one;", "two;", "three;"}) {
        std::thread([&] { tower.say(word); }).join();
        for (std::size_t i = 0; i < listeners.size(); ++i) CHECK(hears(*listeners[i], heard[i], word));
        Peer other(house.address());
        CHECK(other.get("/now") == "now");
    }
    house.front->drain(Millis(2000));
    for (std::size_t i = 0; i < listeners.size(); ++i) CHECK(hears(*listeners[i], heard[i], "\r\n0\r\n\r\n"));
}

TEST_CASE("who goes away is not spoken to any more") {
    Tower tower;
    House house({tower_endpoint(tower)});
    REQUIRE(house.front);
    {
        Peer goes(house.address());
        REQUIRE(goes.say(kLive));
        REQUIRE(soon([&] { return tower.count() == 1; }));
    }
    CHECK(soon([&] { return tower.count() == 0; }));
}

TEST_CASE("a listener who takes nothing does not hold the others up") {
    Tower tower;
    House house({tower_endpoint(tower)});
    REQUIRE(house.front);
    Peer deaf(house.address()), listens(house.address());
    REQUIRE(deaf.say(kLive));
    REQUIRE(listens.say(kLive));
    REQUIRE(soon([&] { return tower.count() == 2; }));
    const std::string much(1 << 20, 'x');
    std::size_t heard = 0;
    std::string tail;
    for (int i = 0; i < 8; ++i) tower.say(much);
    tower.say("end;");
    CHECK(soon([&] {
        const std::string some = hear_some(listens);
        heard += some.size();
        tail = (tail + some).substr(tail.size() + some.size() > 100 ? tail.size() + some.size() - 100 : 0);
        return tail.find("end;") != std::string::npos;
    }));
    CHECK(heard > 8 * much.size());
}
