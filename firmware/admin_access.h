// All of what decides who gets into the admin page, made and joined: the account in the state, the token of the first set-up,
// sessions, the threads that hash and write. Part of the composition.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "firmware/admin/access_desk.h"
#include "firmware/config/config.h"
#include "firmware/access/setup_token.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/published.h"
#include "server/base/random.h"

namespace postern {

class AdminAccess {
public:
    struct Machine {
        const Clock& clock;
        FileSystem& files;
        Random& random;
        Log& log;
    };
    AdminAccess(Machine machine, std::string state);
    ~AdminAccess();  // stop()

    // With the rights we keep: reads the account. What is wrong with it is told by trouble(), and closes the page: a damaged
    // account is not taken for none. The sites do not depend on it.
    void open(const config::AdminSection& admin);
    void configure(const config::AdminSection& admin);  // after a reload
    void start();
    void stop();

    // Null: the page is closed, trouble() says why.
    admin::AccessDesk* desk() { return desk_.get(); }
    admin::BackOffice& office() { return office_; }
    const std::string& trouble() const { return trouble_; }

    // For the console, while set-up is open: what to do, the token in it. Empty: nothing is to be done.
    std::string invitation() const;

private:
    void open_setup(const config::AdminSection& admin);
    std::optional<access::PasswordHash> configured(const config::AdminSection& admin) const;

    Machine machine_;
    const std::string state_;
    std::string trouble_;
    admin::BackOffice office_;
    access::Sessions sessions_;
    access::LoginGate gate_;
    std::unique_ptr<access::AuditLog> audit_;
    std::unique_ptr<access::AccountFile> account_;
    std::unique_ptr<access::PasswordDesk> hasher_;
    std::unique_ptr<admin::AccessDesk> desk_;
    Published<access::SetupToken> token_;  // null: none
    bool token_in_ini_ = false;
};

}  // namespace postern
