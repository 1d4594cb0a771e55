// Whether who asks for a site has shown one of its passwords. What was found out is kept for a while, as a keyed hash, so that a
// request costs neither bcrypt nor an allocation; what is not known yet the desk finds out, once for all who wait for it.
// One for each site and each reading of the configuration: a reload forgets all.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/access/htpasswd.h"
#include "firmware/access/visitor_desk.h"
#include "server/crypto/mac.h"

namespace postern::access {

// A password that is being looked at, and who waits for that. Any thread.
class Ticket {
public:
    bool is_done() const;
    void join(const void* who, std::function<void()> wake);  // `wake` may be called from now on, at once too
    void leave(const void* who);                             // and not after this
    void finish();

private:
    mutable std::mutex mutex_;
    std::vector<std::pair<const void*, std::function<void()>>> waiting_;
    bool done_ = false;
};

class SitePasswords : public std::enable_shared_from_this<SitePasswords> {
public:
    static constexpr std::size_t kRemembered = 256;
    static constexpr Seconds kRightFor{600}, kWrongFor{60};

    struct Look {
        enum class What : unsigned char { kRight, kWrong, kPending, kTooMany, kBusy } what = What::kWrong;
        std::string_view user{};                // of kRight; lives as long as this
        Seconds wait{0};                        // of kTooMany: until the next try is looked at
        std::shared_ptr<Ticket> ticket{};       // of kPending: when it is done, look() knows
    };

    SitePasswords(VisitorDesk& desk, std::shared_ptr<const Users> users, std::string_view site);

    // `credentials`: what stands behind "Basic " (RFC 7617): USER:PASSWORD in base64. `peer`: an address without port. Any thread.
    Look look(std::string_view credentials, std::string_view peer);

private:
    struct Entry {
        crypto::Mac mac{};
        Look::What what = Look::What::kWrong;
        const Users::User* user = nullptr;  // of kRight
        SteadyTime until{};                 // of all but kPending
        std::shared_ptr<Ticket> ticket;     // of kPending
    };
    Look look_up(const crypto::Mac& mac, SteadyTime now);
    Entry* find(const crypto::Mac& mac);
    Entry* place(SteadyTime now);
    void verify(const crypto::Mac& mac, const std::string& name, const Secret& password, const std::string& peer, Ticket& ticket);

    VisitorDesk& desk_;
    const std::shared_ptr<const Users> users_;
    const crypto::MacKey key_;  // of this site
    std::mutex mutex_;          // of:
    std::vector<Entry> entries_;
};

}  // namespace postern::access
