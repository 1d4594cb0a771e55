#include "firmware/access/login_gate.h"

#include <algorithm>

#include "firmware/access/peer_key.h"

namespace postern::access {

namespace {

// Up, and never 0: who comes back when told is let in.
Seconds whole_seconds(Millis time) { return std::max(Seconds(1), std::chrono::ceil<Seconds>(time)); }

}  // namespace

// A known address stays known when its wrong tries are forgotten.
LoginGate::Client* LoginGate::find(std::vector<Client>& clients, const std::string& key, SteadyTime now) {
    const auto at = std::find_if(clients.begin(), clients.end(), [&](const Client& one) { return one.key == key; });
    if (at == clients.end()) return nullptr;
    if (now - at->last >= limits_.forgotten_after) at->wrong = 0;
    return &*at;
}

LoginGate::Client& LoginGate::put_last(std::vector<Client>& clients, const std::string& key, std::size_t most) {
    const auto at = std::find_if(clients.begin(), clients.end(), [&](const Client& one) { return one.key == key; });
    if (at != clients.end()) {
        std::rotate(at, at + 1, clients.end());
        return clients.back();
    }
    if (clients.size() == most) clients.erase(clients.begin());
    return clients.emplace_back(Client{key});
}

Seconds LoginGate::wait_after(int wrong) const {
    if (wrong < limits_.free_tries) return Seconds(0);
    const int doublings = std::min(wrong - limits_.free_tries, 16);
    return std::min(limits_.longest_wait, limits_.first_wait * (1 << doublings));
}

// Each try moves the moment at which the purse is full by one growth; a full purse ahead and it is empty.
Millis LoginGate::purse_wait(SteadyTime now) const {
    const Millis most = limits_.purse_grows * (limits_.purse - 1);
    return std::max(Millis(0), purse_full_ - now - most);
}

LoginGate::Turn LoginGate::ask(std::string_view peer) {
    const std::string address = address_of(peer), key = client_of(peer);
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    Client* client = find(known_, address, now);
    const bool known = client != nullptr;
    if (!known) client = find(strangers_, key, now);
    if (client != nullptr && client->wrong > 0 && client->next > now) return {false, whole_seconds(client->next - now)};
    if (!known) {
        if (const Millis wait = purse_wait(now); wait > Millis(0)) return {false, whole_seconds(wait)};
        purse_full_ = std::max(purse_full_, now) + limits_.purse_grows;
        client = &put_last(strangers_, key, limits_.strangers);
    }
    client->wrong += 1;
    client->last = now;
    client->next = now + wait_after(client->wrong);
    return {true, Seconds(0)};
}

void LoginGate::was_right(std::string_view peer) {
    const std::string address = address_of(peer), key = client_of(peer);
    std::lock_guard<std::mutex> hold(mutex_);
    if (find(known_, address, clock_.steady()) == nullptr) purse_full_ -= limits_.purse_grows;
    std::erase_if(strangers_, [&](const Client& one) { return one.key == key; });
    put_last(known_, address, limits_.known).wrong = 0;
}

void LoginGate::was_untried(std::string_view peer) {
    const std::string address = address_of(peer), key = client_of(peer);
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    Client* client = find(known_, address, now);
    if (client == nullptr) {
        purse_full_ -= limits_.purse_grows;
        client = find(strangers_, key, now);
    }
    if (client == nullptr || client->wrong == 0) return;
    client->wrong -= 1;
    client->next = now;
}

}  // namespace postern::access
