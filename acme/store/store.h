// What acme keeps for good, below the state folder: accounts, certificates (archive.h), jobs, our own self-signed pairs.
// A damaged file is set aside and said, never a reason not to start. One owner, the worker's thread; no lock of its own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acme/store/archive.h"
#include "acme/store/job.h"

namespace postern::acme {

class Store {
public:
    // Makes the folders that are missing and empties staging. Fails when `root` cannot be used at all.
    static Result<Store> open(FileSystem& files, std::string root, std::uint32_t key_group);

    Archive& archive() { return archive_; }

    // Folder names come from the configuration: one path element, no leading dot.
    static bool is_safe_name(std::string_view name);

    // accounts/CA/account.key (0600) and account.json. Empty when there is none or it was damaged and set aside.
    Result<std::optional<Secret>> account_key(const std::string& ca);
    Result<void> save_account_key(const std::string& ca, std::string_view pem);
    std::optional<AccountRecord> account(const std::string& ca);
    Result<void> save_account(const std::string& ca, const AccountRecord& record);
    void account_key_damaged(const std::string& ca, std::string_view why);

    // jobs/NAME.json, and jobs/NAME.order (0600, holds a key) while an order is under way
    Job job(const std::string& name);
    Result<void> save_job(const std::string& name, const Job& job);
    // jobs/NAME.ari: what its CA said of its renewal. Empty when there is none or it was damaged and set aside.
    RenewalWord renewal_word(const std::string& name);
    Result<void> save_renewal_word(const std::string& name, const RenewalWord& word);
    std::optional<PendingOrder> pending(const std::string& name);
    Result<void> save_pending(const std::string& name, const PendingOrder& order);
    Result<void> drop_pending(const std::string& name);

    bool has(const std::string& name);  // anything of that certificate
    // Job, order and self-signed pair of a certificate that nobody wants any more.
    Result<void> forget(const std::string& name);

    // ledger.json: what was spent of the CAs' limits. Empty when there is none or it was damaged and set aside.
    FullAt ledger();
    Result<void> save_ledger(const FullAt& full);

    // clock: the last good time, a line of RFC 3339. Empty when there is none or it was damaged and set aside.
    std::optional<WallTime> good_time();
    Result<void> save_good_time(WallTime time);

    // selfsigned/NAME.pem: our own certificate and its key in one file.
    std::optional<Secret> self_signed(const std::string& name);
    Result<void> save_self_signed(const std::string& name, std::string_view pem);
    void self_signed_damaged(const std::string& name, std::string_view why);

    // A generation that cannot be used: renamed to N.damaged-M.
    void generation_damaged(const std::string& name, int generation, std::string_view why);
    void damaged(const std::string& path, std::string_view why);

    void notice(std::string text);  // 16 at most are kept
    const std::vector<std::string>& notices() const { return notices_; }  // what was set aside since open()

private:
    Store(FileSystem& files, std::string root, std::uint32_t key_group);
    std::optional<std::string> read(const std::string& path, std::size_t most);

    FileSystem* files_;
    std::string root_;
    Archive archive_;
    std::vector<std::string> notices_;
};

}  // namespace postern::acme
