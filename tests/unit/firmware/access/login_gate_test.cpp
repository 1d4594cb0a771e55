#include "firmware/access/login_gate.h"

#include <doctest.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include "firmware/access/peer_key.h"
#include "tests/fakes/fake_clock.h"

using namespace postern;
using namespace postern::access;

namespace {

constexpr const char* kOwner = "192.0.2.7";
constexpr const char* kStranger = "198.51.100.1";

struct Scene {
    fakes::FakeClock clock;
    LoginGate gate{clock};

    // Wrong tries, each as soon as it is allowed; the waits before each.
    std::vector<long long> waits(std::string_view peer, int tries) {
        std::vector<long long> seconds;
        for (int i = 0; i < tries; ++i) {
            long long waited = 0;
            for (auto turn = gate.ask(peer); !turn.granted; turn = gate.ask(peer)) {
                REQUIRE(turn.wait >= Seconds(1));
                REQUIRE(turn.wait <= Seconds(60));
                waited += turn.wait.count();
                clock.advance(turn.wait);
            }
            seconds.push_back(waited);
        }
        return seconds;
    }
    void log_in(std::string_view peer) {
        REQUIRE(gate.ask(peer).granted);
        gate.was_right(peer);
    }
};

using Waits = std::vector<long long>;

std::string address(int n) { return "10." + std::to_string(n / 65536) + "." + std::to_string(n / 256 % 256) + "." + std::to_string(n % 256); }

}  // namespace

TEST_CASE("login gate: five tries free, then 2, 4, 8 ... 60 s") {
    Scene scene;
    CHECK(scene.waits(kStranger, 12) == Waits{0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60});
    scene.clock.advance(Seconds(60));
    scene.gate.was_right(kStranger);
    CHECK(scene.waits(kStranger, 6) == Waits{0, 0, 0, 0, 0, 2});
}

TEST_CASE("login gate: a long siege does not make the wait longer, nor does asking") {
    Scene scene;
    CHECK(scene.waits(kStranger, 500).back() == 60);
    const auto first = scene.gate.ask(kStranger);
    CHECK(first.wait == Seconds(60));
    scene.clock.advance(Millis(30'500));
    CHECK(scene.gate.ask(kStranger).wait == Seconds(30));  // 29.5 s, rounded up
    scene.clock.advance(Millis(29'499));
    CHECK(scene.gate.ask(kStranger).wait == Seconds(1));
    scene.clock.advance(Millis(1));
    CHECK(scene.gate.ask(kStranger).granted);
}

TEST_CASE("login gate: forgotten after a quarter of an hour without a try") {
    Scene scene;
    (void)scene.waits(kStranger, 8);
    scene.clock.advance(Seconds(15 * 60) - Millis(1));
    CHECK(scene.waits(kStranger, 2) == Waits{0, 32});
    scene.clock.advance(Seconds(15 * 60));
    CHECK(scene.waits(kStranger, 6) == Waits{0, 0, 0, 0, 0, 2});
}

TEST_CASE("login gate: of several clients in turn each has its own count") {
    Scene scene;
    scene.log_in("192.0.2.8");
    scene.log_in(kOwner);
    for (int i = 0; i < 5; ++i)
        for (const char* peer : {kStranger, "198.51.100.2", kOwner}) CHECK(scene.gate.ask(peer).granted);
    for (const char* peer : {kStranger, "198.51.100.2", kOwner}) CHECK_FALSE(scene.gate.ask(peer).granted);
    CHECK(scene.gate.ask("192.0.2.8").granted);
}

TEST_CASE("login gate: turns under way count as wrong until told otherwise") {
    Scene scene;
    for (int i = 0; i < 5; ++i) CHECK(scene.gate.ask(kStranger).granted);
    CHECK_FALSE(scene.gate.ask(kStranger).granted);
    scene.gate.was_untried(kStranger);
    CHECK(scene.gate.ask(kStranger).granted);
    CHECK_FALSE(scene.gate.ask(kStranger).granted);
    scene.gate.was_right(kStranger);
    CHECK(scene.gate.ask(kStranger).granted);
    scene.gate.was_untried("203.0.113.9");  // who never asked
    scene.gate.was_untried("nobody");
}

TEST_CASE("login gate: an attack from one address, for a day, stops nobody else") {
    Scene scene;
    int tries = 0;
    for (int second = 0; second < 86400; ++second) {
        tries += scene.gate.ask(kStranger).granted ? 1 : 0;
        if (second % 600 == 300) {  // a new owner's address, each time, who mistypes twice
            const std::string owner = address(second);
            CHECK(scene.gate.ask(owner).granted);
            CHECK(scene.gate.ask(owner).granted);
            scene.log_in(owner);
        }
        scene.clock.advance(Seconds(1));
    }
    CHECK(tries > 1400);
    CHECK(tries < 1460);
}

TEST_CASE("login gate: an attack from 5000 addresses is held to a pace, in which a known one has its own turn") {
    Scene scene;
    scene.log_in(kOwner);
    int tries = 0, next = 0;
    const SteadyTime start = scene.clock.steady();
    while (scene.clock.steady() - start < Seconds(3600)) {
        for (int i = 0; i < 20; ++i) tries += scene.gate.ask(address(next++ % 5000)).granted ? 1 : 0;
        if ((scene.clock.steady() - start) % Seconds(60) == Millis(0)) {
            CHECK(scene.gate.ask(kOwner).granted);  // mistyped
            scene.log_in(kOwner);
        }
        scene.clock.advance(Seconds(1));
    }
    CHECK(tries >= 30 + 359);
    CHECK(tries <= 30 + 361);
    (void)scene.gate.ask("203.0.113.100");  // the attackers are quicker
    const auto stranger = scene.gate.ask("203.0.113.200");
    CHECK_FALSE(stranger.granted);
    CHECK(stranger.wait <= Seconds(10));
    scene.clock.advance(stranger.wait);
    CHECK(scene.gate.ask("203.0.113.200").granted);  // when the attack rests for a moment
}

TEST_CASE("login gate: from one /64 an attacker is one client, and a known neighbour keeps his turn") {
    Scene scene;
    scene.log_in("2001:db8:1:2::100");
    int tries = 0;
    for (int i = 0; i < 600; ++i) {
        char text[64];
        (void)std::snprintf(text, sizeof text, "2001:db8:1:2::%x", 0x1000 + i);
        tries += scene.gate.ask(text).granted ? 1 : 0;
    }
    CHECK(tries == 5);
    CHECK(scene.gate.ask("2001:db8:1:2::100").granted);
    CHECK(scene.gate.ask("2001:0db8:1:2:0::100").granted);  // the same in other words
    CHECK(scene.gate.ask("2001:db8:1:3::1").granted);
    CHECK_FALSE(scene.gate.ask("2001:db8:1:2::101").granted);
}

TEST_CASE("login gate: a known address has a count too") {
    Scene scene;
    scene.log_in(kOwner);
    CHECK(scene.waits(kOwner, 7) == Waits{0, 0, 0, 0, 0, 2, 4});
    scene.clock.advance(Seconds(15 * 60));
    CHECK(scene.waits(kOwner, 6) == Waits{0, 0, 0, 0, 0, 2});
}

TEST_CASE("login gate: right ones leave the purse full, and the 32 last logins are known") {
    Scene scene;
    for (int i = 0; i < 100; ++i) scene.log_in(address(i));
    scene.log_in(address(68));  // the oldest of those that are known, once more
    scene.log_in(address(100));
    for (int i = 0; i < 30; ++i) CHECK(scene.gate.ask("203.0.113." + std::to_string(i)).granted);
    CHECK_FALSE(scene.gate.ask("203.0.113.99").granted);
    CHECK_FALSE(scene.gate.ask(address(67)).granted);
    CHECK_FALSE(scene.gate.ask(address(69)).granted);
    CHECK(scene.gate.ask(address(68)).granted);
    CHECK(scene.gate.ask(address(99)).granted);
    scene.gate.was_untried("203.0.113.3");
    CHECK(scene.gate.ask("203.0.113.99").granted);
}

TEST_CASE("login gate: when there are too many clients the one that has been quiet for longest is forgotten") {
    fakes::FakeClock clock;
    LoginGate gate(clock, {1, Seconds(60), Seconds(60), Seconds(900), 1000, Seconds(1), 2, 3});
    for (const char* peer : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) CHECK(gate.ask(peer).granted);
    CHECK_FALSE(gate.ask("10.0.0.1").granted);
    CHECK(gate.ask("10.0.0.4").granted);
    CHECK(gate.ask("10.0.0.1").granted);
    CHECK_FALSE(gate.ask("10.0.0.3").granted);
    CHECK_FALSE(gate.ask("10.0.0.4").granted);
}

TEST_CASE("peer key: one client for each household") {
    CHECK(client_of("192.0.2.1") == std::string("\xc0\0\x02\x01", 4));
    CHECK(client_of("::ffff:192.0.2.1") == client_of("192.0.2.1"));
    CHECK(client_of("2001:db8::1") == client_of("2001:db8:0:0:ffff::2"));
    CHECK(client_of("2001:db8::1") != client_of("2001:db8:0:1::1"));
    CHECK(client_of("fe80::1") != client_of("fe80::2"));
    CHECK(client_of("fe80::1%eth0") == client_of("fe80::1"));
    CHECK(address_of("fe80::1%eth0") != address_of("fe80::1%eth1"));
    CHECK(address_of("2001:db8::1") != address_of("2001:db8::2"));
    CHECK(address_of("::ffff:192.0.2.1") == address_of("192.0.2.1"));
    for (const char* none : {"", "unix", "192.0.2.1:80", "[::1]", "192.0.2"}) CHECK(client_of(none).empty());
}

TEST_CASE("login gate: from many threads at once no try is lost") {
    Scene scene;
    std::atomic<int> granted{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int k = 0; k < 200; ++k) granted += scene.gate.ask(kStranger).granted ? 1 : 0;
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(granted == 5);
}
