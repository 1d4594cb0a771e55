#include "firmware/access/site_passwords.h"

#include <algorithm>
#include <optional>

#include "firmware/access/crypt_hash.h"
#include "server/base/base64url.h"
#include "server/crypto/hash.h"

namespace postern::access {

namespace {

using What = SitePasswords::Look::What;

struct Credentials {
    std::string name;
    Secret password;
};

// base64 with padding (RFC 4648 section 4), in clear: a name without ':', ':', a password.
std::optional<Credentials> read_credentials(std::string_view text) {
    std::string other(text.substr(0, text.find_last_not_of('=') + 1));
    if (text.size() % 4 != 0 || text.size() - other.size() > 2 || other.find_first_of("-_") != other.npos) return std::nullopt;
    std::replace(other.begin(), other.end(), '+', '-');
    std::replace(other.begin(), other.end(), '/', '_');
    auto decoded = base64url_decode(other);
    wipe(other.data(), other.size());
    if (!decoded) return std::nullopt;
    const Secret clear(std::move(*decoded));
    const std::size_t colon = clear.view().find(':');
    if (colon == std::string_view::npos || clear.view().find('\0') != std::string_view::npos) return std::nullopt;
    return Credentials{std::string(clear.view().substr(0, colon)), Secret(std::string(clear.view().substr(colon + 1)))};
}

}  // namespace

bool Ticket::is_done() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return done_;
}

void Ticket::join(const void* who, std::function<void()> wake) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (done_) wake();
    else waiting_.emplace_back(who, std::move(wake));
}

void Ticket::leave(const void* who) {
    std::lock_guard<std::mutex> hold(mutex_);
    std::erase_if(waiting_, [&](const auto& one) { return one.first == who; });
}

void Ticket::finish() {
    std::lock_guard<std::mutex> hold(mutex_);
    done_ = true;
    for (const auto& [who, wake] : waiting_) wake();
    waiting_.clear();
}

SitePasswords::SitePasswords(VisitorDesk& desk, std::shared_ptr<const Users> users, std::string_view site)
    : desk_(desk), users_(std::move(users)), key_(crypto::hmac_sha256(desk.key(), site)) {
    entries_.reserve(kRemembered);
}

SitePasswords::Entry* SitePasswords::find(const crypto::Mac& mac) {
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.mac == mac; });
    return at == entries_.end() ? nullptr : &*at;
}

// A new one, or that of whoever is forgotten soonest; null: all are being looked at.
SitePasswords::Entry* SitePasswords::place(SteadyTime now) {
    if (entries_.size() < kRemembered) return &entries_.emplace_back();
    Entry* oldest = nullptr;
    for (Entry& entry : entries_) {
        if (entry.what == What::kPending) continue;
        if (entry.until <= now) return &entry;
        if (oldest == nullptr || entry.until < oldest->until) oldest = &entry;
    }
    return oldest;
}

// kBusy: it is not known.
SitePasswords::Look SitePasswords::look_up(const crypto::Mac& mac, SteadyTime now) {
    const Entry* entry = find(mac);
    if (entry == nullptr || (entry->what != What::kPending && entry->until <= now)) return {What::kBusy};
    Look look{entry->what};
    if (entry->user != nullptr) look.user = entry->user->name;
    look.ticket = entry->ticket;
    return look;
}

SitePasswords::Look SitePasswords::look(std::string_view credentials, std::string_view peer) {
    const crypto::Mac mac = key_.of(credentials);
    std::lock_guard<std::mutex> hold(mutex_);
    const SteadyTime now = desk_.clock().steady();
    if (Look known = look_up(mac, now); known.what != What::kBusy) return known;
    auto read = read_credentials(credentials);
    if (!read) return {What::kWrong};
    if (const LoginGate::Turn turn = desk_.gate().ask(peer); !turn.granted) return {What::kTooMany, {}, turn.wait};
    Entry* entry = find(mac);
    if (entry == nullptr) entry = place(now);
    auto ticket = std::make_shared<Ticket>();
    // a std::function is copied, and a Secret is not
    auto password = std::make_shared<const Secret>(std::move(read->password));
    const bool taken = entry != nullptr && desk_.put([self = shared_from_this(), mac, name = read->name, password, peer = std::string(peer), ticket] {
        self->verify(mac, name, *password, peer, *ticket);
    });
    if (!taken) {
        desk_.gate().was_untried(peer);
        return {What::kBusy};
    }
    *entry = {mac, What::kPending, nullptr, {}, ticket};
    return {What::kPending, {}, Seconds(0), std::move(ticket)};
}

// On the desk's thread. Who is not there is looked at as long as somebody who is: always the same one for the same name.
void SitePasswords::verify(const crypto::Mac& mac, const std::string& name, const Secret& password, const std::string& peer, Ticket& ticket) {
    const auto& all = users_->all();
    const Users::User* const known = users_->find(name);
    const Users::User& shown = known != nullptr ? *known : all[key_.of(name)[0] * all.size() / 256];
    const bool matches = crypt_matches(password.view(), shown.hash.view());
    const bool right = matches && known != nullptr;
    if (right) desk_.gate().was_right(peer);
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (Entry* entry = find(mac); entry != nullptr) {
            entry->what = right ? What::kRight : What::kWrong;
            entry->user = right ? known : nullptr;
            entry->until = desk_.clock().steady() + (right ? kRightFor : kWrongFor);
            entry->ticket.reset();
        }
    }
    ticket.finish();
}

}  // namespace postern::access
