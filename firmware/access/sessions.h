// Who is logged in to the admin page: in memory alone, so a restart logs everybody out. Knows no cookies: the caller carries
// the token. Any thread; nothing here blocks.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/base/secret.h"

namespace postern::access {

inline constexpr std::size_t kMostSessions = 32;     // one owner, some browsers; beyond it the oldest login goes
inline constexpr Millis kSessionIdle{30 * 60'000};   // without a find()
inline constexpr Millis kSessionLife{12 * 3600'000}; // however busy
inline constexpr Millis kConfirmedFor{5 * 60'000};   // since the password was typed

// A copy of what is known of a session.
struct Session {
    std::string id;         // 8 hex digits for the audit log and the page; gives nobody access
    std::string peer;       // address of the login, as open() was told
    WallTime since{};       // of the login
    bool confirmed = false; // the password was typed in the last five minutes: what revoke, account and password changes need
};

class Sessions {
public:
    // Both must outlive this. Times are the clock's steady ones; `since` alone is for people.
    Sessions(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

    struct Opened {
        Secret token;  // 22 characters of base64url, 128 random bits: for the browser, kept nowhere here
        Session session;
    };
    // After a right password; confirmed. Never reuses a token that a browser brought (session fixation).
    Opened open(std::string_view peer);
    // The session of a token, and it counts as used. Nothing: no such session, or over.
    std::optional<Session> find(std::string_view token);
    // The same without counting as used: for what a page asks by itself, or an open tab would never rest.
    std::optional<Session> look(std::string_view token);
    // The password was right once more: the session goes on, confirmed, under a new token; the old one opens nothing (OWASP
    // ASVS 5.0, 7.2.4). Nothing: it is over meanwhile.
    std::optional<Opened> confirm(std::string_view token);

    bool end(std::string_view token);  // logout; false: there was none
    std::size_t end_all();             // the password has changed; how many
    std::vector<Session> all();        // the newest login first

private:
    struct Entry {
        std::string token_hash;  // SHA-256
        Session session;
        SteadyTime opened, used, typed;
    };
    Secret new_token();
    void forget_the_old(SteadyTime now);
    Entry* entry_of(std::string_view token, SteadyTime now);
    static Session view_of(const Entry& entry, SteadyTime now);

    const Clock& clock_;
    Random& random_;
    std::mutex mutex_;
    std::vector<Entry> entries_;  // the oldest login first
};

}  // namespace postern::access
