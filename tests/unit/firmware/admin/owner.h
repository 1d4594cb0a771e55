// The owner of a device and what lets him in, for the tests of the admin site: real parts over a file system in memory.
#pragma once

#include <memory>
#include <string>

#include "firmware/admin/admin_site.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"
#include "tests/fakes/fixed_random.h"
#include "tests/fakes/locked_files.h"
#include "tests/fakes/log_lines.h"
#include "tests/unit/firmware/admin/samples.h"

namespace postern::admin::samples {

inline constexpr const char* kPassword = "a well-kept secret";
inline constexpr const char* kToken = "ABCDE-FGH23-JKMNP-45678";

class Owner {
public:
    enum class Has : unsigned char { kAll, kNothing };
    explicit Owner(Has has = Has::kAll);
    ~Owner();

    // As a page of the device's own asks for him: session, Origin, JSON.
    http::Response ask(http::Handler& site, Asked asked) const;
    // Waits for an answer that comes later, for at most a minute: who gives up while it is made takes the parts
    // away that make it.
    static http::Response wait(http::Response response);
    static std::string cookie_in(const http::Response& response);  // "__Host-postern=..." of Set-Cookie; empty: none
    // Forgets that the password was typed a moment ago.
    void let_confirmation_pass() { clock.advance(access::kConfirmedFor + Millis(1000)); }

    fakes::FakeClock clock{kNow.time_since_epoch().count()};
    fakes::FakeFiles files;  // to set the stage; what runs sees it through `shared`
    fakes::LockedFiles shared{files};
    fakes::FixedRandom random;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    BackOffice office;
    access::Sessions sessions{clock, random};
    access::LoginGate gate{clock};
    std::unique_ptr<access::AccountFile> account;
    std::unique_ptr<access::AuditLog> audit;
    std::unique_ptr<access::PasswordDesk> hasher;
    std::unique_ptr<AccessDesk> desk;
    std::string cookie;  // of a session; empty without a password
    int set_up = 0;      // how often it was told that set-up is done
};

}  // namespace postern::admin::samples
