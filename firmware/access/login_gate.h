// Slows the guessing of the password (or of the set-up token) down without locking the owner out. The caller asks before it
// has a password looked at, and says afterwards how it ended. Memory is bounded; any thread; nothing blocks.
//
// The model:
//   A client (IPv4 address, IPv6 /64) has five wrong tries free; after each further one it waits 2, 4, 8, 16, 32, then 60 s.
//   Asking while it waits costs nothing. A right password, or a quarter of an hour without a try, clears it. What one client
//   does makes no other wait.
//   All clients from which nobody has logged in yet share a purse of 30 tries that grows by one each 10 s: an attack from
//   however many addresses has 8,640 tries a day. One client alone, at one try a minute, never empties it.
//   The 32 addresses that logged in last are known (exactly, not by their /64: the attacker may be on the owner's network).
//   They pay nothing and have a count of their own, so strangers cannot make them wait. An owner at an unknown address
//   takes his chance among the attackers while such an attack lasts. A restart forgets it all.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"

namespace postern::access {

struct LoginLimits {
    int free_tries = 5;
    Seconds first_wait{2}, longest_wait{60};
    Seconds forgotten_after{15 * 60};
    int purse = 30;
    Seconds purse_grows{10};
    std::size_t known = 32;
    std::size_t strangers = 128;  // no more can have paid within 15 minutes than 30 + 90; then the longest quiet one goes
};

class LoginGate {
public:
    struct [[nodiscard]] Turn {
        bool granted = false;
        Seconds wait{0};  // when not granted: 1 to 60, for 429 and Retry-After (RFC 6585 section 4)
    };

    explicit LoginGate(const Clock& clock, LoginLimits limits = {}) : clock_(clock), limits_(limits) {}

    // May this address (text without port) have a password looked at now? A turn that is granted counts as a wrong try at
    // once, so that many at the same time gain nothing; tell the end by one of the two below, or by neither if it was wrong.
    Turn ask(std::string_view peer);
    void was_right(std::string_view peer);    // clears the client, and knows the address from now on
    void was_untried(std::string_view peer);  // granted, but nobody looked at the password (desk full): takes it back

private:
    struct Client {
        std::string key;
        int wrong = 0;
        SteadyTime next{}, last{};
    };
    Client* find(std::vector<Client>& clients, const std::string& key, SteadyTime now);
    static Client& put_last(std::vector<Client>& clients, const std::string& key, std::size_t most);
    Seconds wait_after(int wrong) const;
    Millis purse_wait(SteadyTime now) const;

    const Clock& clock_;
    const LoginLimits limits_;
    std::mutex mutex_;
    std::vector<Client> known_;      // by address, the latest login last
    std::vector<Client> strangers_;  // by client, the latest try last
    SteadyTime purse_full_{};        // when it will be full again
};

}  // namespace postern::access
