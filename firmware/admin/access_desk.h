// Who gets in, joined: the account, the sessions, what slows guessing down, the thread that hashes, and the log of who did
// what. The handlers of login, set-up and password ask here; it knows no HTTP. Thread-safe; never blocks the caller.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/access/account_file.h"
#include "firmware/access/audit_log.h"
#include "firmware/access/login_gate.h"
#include "firmware/access/password_desk.h"
#include "firmware/access/sessions.h"
#include "firmware/admin/back_office.h"

namespace postern::admin {

// All outlive the AccessDesk.
struct AccessParts {
    const Clock& clock;
    Log& log;
    access::AccountFile& account;
    access::Sessions& sessions;
    access::LoginGate& gate;
    access::PasswordDesk& desk;
    access::AuditLog& audit;
    BackOffice& office;  // for what a loop's thread may not write itself
    std::function<bool(std::string_view typed)> is_setup_token;  // any thread
    std::function<void()> set_up;                                // the token is used up; on the desk's thread, may block
    std::function<std::vector<std::string>()> own_names;         // see check_new_password()
    std::function<std::string()> token_file;                     // where the owner finds the token; empty: in his INI; any thread
};

struct Admitted {
    enum class Outcome : unsigned char {
        kIn,         // `opened` is the session
        kWrong,      // password or token
        kSlowly,     // too many wrong tries: not before `wait` has passed
        kBusy,       // nobody looked at it: again in some seconds
        kNotNow,     // no password is set yet, or one is set already: `why`
        kUnfit,      // the new password is none: `why`
        kNotStored,  // the disk: `why`; nothing has changed
    } outcome = Outcome::kBusy;
    Seconds wait{0};
    std::string why;
    std::optional<access::Sessions::Opened> opened;
};

class AccessDesk {
public:
    using Done = std::function<void(Admitted)>;  // exactly once: at once, or later on the desk's thread

    explicit AccessDesk(AccessParts parts) : parts_(std::move(parts)) {}

    // `peer`: the client's address without port. `before`: the token that the browser brought along; its session, if it is
    // one, ends once this one is open.
    void log_in(std::string_view peer, const std::string& before, Secret password, const Done& done);
    // The first password, with the token.
    void set_up(std::string_view peer, std::string_view token, Secret password, const Done& done);
    // The password once more, for what needs that: the session of `token` is confirmed; `opened` has its new token.
    void confirm(std::string_view peer, const std::string& token, Secret password, const Done& done);
    // Ends all sessions; `opened` is a new one for who changed it. `who`: its id, for the audit log.
    void change(std::string_view peer, const std::string& who, Secret old, Secret fresh, const Done& done);
    // By who may write the state anyway (`postern passwd`): no old one is asked for, and nobody is let in.
    void replace(Secret fresh, const Done& done);
    void log_out(std::string_view token);
    // Whether it goes on still, for who has it without its token.
    bool is_open(const access::Session& who);

    std::optional<access::Session> find(std::string_view token) { return parts_.sessions.find(token); }
    // The same, not counted as use: an open page asks for some things by itself, and must come to rest nevertheless.
    std::optional<access::Session> look(std::string_view token) { return parts_.sessions.look(token); }
    access::Sessions& sessions() { return parts_.sessions; }
    BackOffice& office() { return parts_.office; }
    std::vector<access::AuditEntry> entries(std::size_t most) const { return parts_.audit.last(most); }
    std::string token_file() const { return parts_.token_file ? parts_.token_file() : std::string(); }
    bool wants_setup() const { return parts_.account.wants_setup(); }
    // For the audit log; from any thread, written on another.
    void note(const access::Session& who, std::string_view action, std::string_view object, std::string_view outcome);

private:
    void note_wrong(const std::string& peer);
    void verify(const std::string& peer, const std::shared_ptr<Secret>& password, int tries_left, const Done& judged);
    void make(Secret password, const Done& done, std::function<Admitted(const access::PasswordHash&)> store);
    Admitted let_in(const std::string& peer);

    AccessParts parts_;
};

}  // namespace postern::admin
