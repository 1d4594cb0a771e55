// The owner's account, state/admin.json (0600): the password's hash, and that set-up is closed. Joins it with [admin]
// password_hash of the INI, which the caller hands in. Reading is any thread's and never blocks; writing blocks (fsync):
// the desk's thread, or a command's.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "firmware/access/password_hash.h"
#include "server/base/clock.h"
#include "server/base/files.h"
#include "server/base/published.h"
#include "server/base/result.h"

namespace postern::access {

// What the file holds.
struct Account {
    std::optional<PasswordHash> password;  // set on the page, or hashed again from the INI's
    WallTime set_at{};                     // when `password` was set; hashing again leaves it
    std::uint32_t own_rounds = 0;          // calibrate()'s for this device, for PasswordDeskParts; 0: not measured yet
    std::string overrides;                 // which password_hash of the INI `password` has taken the place of; empty: none
    bool setup_closed = false;             // for good, with the first password
};

class AccountFile {
public:
    // Reads the file; there need not be one. kAdmin for a damaged one, with the remedy: it is never taken for "no password",
    // or a bad block of flash would open set-up to whoever comes first. `files` must outlive this.
    static Result<std::unique_ptr<AccountFile>> open(FileSystem& files, const std::string& state, std::optional<PasswordHash> from_ini);

    // The INI's hash after a reload. True: another one is in force by it.
    bool configure(std::optional<PasswordHash> from_ini);

    // The hash to verify against. A password_hash that was written into the INI after the last change of password wins: so an
    // owner who forgot it gets in again. Else the account's. Nothing: set-up has to come first, see wants_setup().
    std::optional<PasswordHash> in_force() const;
    // No password anywhere, and set-up not closed: the token is wanted (SetupToken), nothing but set-up may answer.
    bool wants_setup() const;
    Account account() const;  // a copy

    // Each writes the file and takes effect only if that succeeded; what a failed one leaves is what was. kRetry, kAdmin: the disk.
    // With the set-up token: kRefuse unless wants_setup(), so that of two at once one succeeds.
    Result<void> set_first_password(const PasswordHash& fresh, WallTime now);
    // With the old password. Ends what the INI says for as long as it says the same.
    Result<void> set_password(const PasswordHash& fresh, WallTime now);
    // The same password with the device's own rounds (PasswordDeskParts::rehashed). False: `old` is no longer in force,
    // nothing was done.
    Result<bool> rehash(const PasswordHash& old, const PasswordHash& fresh, WallTime now);

private:
    struct State {
        Account account;
        std::optional<PasswordHash> configured;
        std::string configured_mark;
    };
    AccountFile(FileSystem& files, std::string path, Account account);
    static const std::optional<PasswordHash>& force_of(const State& state);
    Result<void> store(const State& old, const PasswordHash& fresh, WallTime set_at);

    FileSystem& files_;
    const std::string path_;
    std::mutex writing_;  // one change at a time; readers do not wait for it
    Published<State> state_;
};

}  // namespace postern::access
