#include "firmware/access/sessions.h"

#include <algorithm>

#include "server/base/base64url.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"

namespace postern::access {

namespace {

constexpr std::size_t kTokenBytes = 16, kTokenText = 22, kIdBytes = 4;
constexpr std::size_t kLongestPeer = 64;  // an IPv6 address with a zone has 55

std::string random_bytes(Random& random, std::size_t size) {
    std::string bytes(size, '\0');
    random.fill({reinterpret_cast<unsigned char*>(bytes.data()), size});
    return bytes;
}

}  // namespace

Session Sessions::view_of(const Entry& entry, SteadyTime now) {
    Session session = entry.session;
    session.confirmed = now - entry.typed < kConfirmedFor;
    return session;
}

void Sessions::forget_the_old(SteadyTime now) {
    std::erase_if(entries_, [&](const Entry& one) { return now - one.used >= kSessionIdle || now - one.opened >= kSessionLife; });
}

Sessions::Entry* Sessions::entry_of(std::string_view token, SteadyTime now) {
    forget_the_old(now);
    if (token.size() != kTokenText) return nullptr;
    const std::string hash = crypto::sha256(token);
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& one) { return equal_constant_time(one.token_hash, hash); });
    return at == entries_.end() ? nullptr : &*at;
}

Secret Sessions::new_token() {
    const Secret raw(random_bytes(random_, kTokenBytes));
    return Secret(base64url_encode(raw.view()));
}

Sessions::Opened Sessions::open(std::string_view peer) {
    Secret token = new_token();
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    forget_the_old(now);
    if (entries_.size() == kMostSessions) entries_.erase(entries_.begin());
    Session session{to_hex(random_bytes(random_, kIdBytes)), std::string(peer.substr(0, kLongestPeer)), clock_.wall(), true};
    entries_.push_back({crypto::sha256(token.view()), session, now, now, now});
    return {std::move(token), std::move(session)};
}

std::optional<Session> Sessions::find(std::string_view token) {
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    Entry* entry = entry_of(token, now);
    if (entry == nullptr) return std::nullopt;
    entry->used = now;
    return view_of(*entry, now);
}

std::optional<Session> Sessions::look(std::string_view token) {
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    const Entry* entry = entry_of(token, now);
    return entry == nullptr ? std::nullopt : std::optional(view_of(*entry, now));
}

std::optional<Sessions::Opened> Sessions::confirm(std::string_view token) {
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    Entry* entry = entry_of(token, now);
    if (entry == nullptr) return std::nullopt;
    Secret fresh = new_token();
    entry->token_hash = crypto::sha256(fresh.view());
    entry->used = entry->typed = now;
    return Opened{std::move(fresh), view_of(*entry, now)};
}

bool Sessions::end(std::string_view token) {
    std::lock_guard<std::mutex> hold(mutex_);
    const Entry* entry = entry_of(token, clock_.steady());
    if (entry == nullptr) return false;
    entries_.erase(entries_.begin() + (entry - entries_.data()));
    return true;
}

std::size_t Sessions::end_all() {
    std::lock_guard<std::mutex> hold(mutex_);
    forget_the_old(clock_.steady());
    const std::size_t count = entries_.size();
    entries_.clear();
    return count;
}

std::vector<Session> Sessions::all() {
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = clock_.steady();
    forget_the_old(now);
    std::vector<Session> sessions;
    for (auto at = entries_.rbegin(); at != entries_.rend(); ++at) sessions.push_back(view_of(*at, now));
    return sessions;
}

}  // namespace postern::access
