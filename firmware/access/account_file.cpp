#include "firmware/access/account_file.h"

#include <cerrno>

#include "server/base/json.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"

namespace postern::access {

namespace {

constexpr int kVersion = 1;
constexpr std::uint32_t kMode = 0600;
constexpr std::size_t kMostBytes = 4096;  // it has some 250
constexpr std::size_t kMark = 16;

std::string to_text(const Account& account) {
    JsonObject object;
    object.number("v", kVersion);
    if (account.password) object.add("password", account.password->text());
    object.number("set_at", account.set_at.time_since_epoch().count()).number("own_rounds", account.own_rounds);
    return object.add("overrides", account.overrides).flag("setup_closed", account.setup_closed).done() + "\n";
}

// Nothing where a member is missing or of another type, or makes no sense.
std::optional<Account> account_from(std::string_view text) {
    const auto object = Json::parse(text);
    if (!object || object->number("v") != kVersion) return std::nullopt;
    const auto set_at = object->number("set_at"), own_rounds = object->number("own_rounds");
    const auto overrides = object->text("overrides");
    const auto setup_closed = object->flag("setup_closed");
    if (!set_at || !own_rounds || !overrides || !setup_closed) return std::nullopt;
    const bool rounds_fit = *own_rounds == 0 || (*own_rounds >= kFewestRounds && *own_rounds <= kMostRounds);
    const bool has_password = object->find("password") != nullptr;
    if (!rounds_fit || (has_password && !*setup_closed)) return std::nullopt;
    Account account;
    account.set_at = WallTime(Seconds(*set_at));
    account.own_rounds = static_cast<std::uint32_t>(*own_rounds);
    account.overrides = *overrides;
    account.setup_closed = *setup_closed;
    if (!has_password) return account;
    auto password = PasswordHash::parse(object->text("password").value_or(""));
    if (!password.ok()) return std::nullopt;
    account.password = std::move(*password);
    return account;
}

std::string mark_of(const std::optional<PasswordHash>& hash) {
    return hash ? to_hex(crypto::sha256(hash->text())).substr(0, kMark) : "";
}

}  // namespace

AccountFile::AccountFile(FileSystem& files, std::string path, Account account)
    : files_(files), path_(std::move(path)), state_(std::make_shared<const State>(State{std::move(account), std::nullopt, ""})) {}

Result<std::unique_ptr<AccountFile>> AccountFile::open(FileSystem& files, const std::string& state, std::optional<PasswordHash> from_ini) {
    std::string path = state + "/admin.json";
    const auto text = files.read(path, kMostBytes);
    std::optional<Account> account;
    if (text.ok()) account = account_from(*text);
    else if (text.error().number() == ENOENT) account.emplace();
    else if (text.error().number() != 0) return text.error();  // the disk or the permissions, which the error tells
    if (!account)
        return Error::admin(path + ": damaged, so nobody can log in to the admin page; put a copy of it back, or remove it and write the "
                            "line that 'postern passwd --print' gives below [admin]");
    std::unique_ptr<AccountFile> opened(new AccountFile(files, std::move(path), std::move(*account)));  // NOLINT: its constructor is private
    opened->configure(std::move(from_ini));
    return opened;
}

bool AccountFile::configure(std::optional<PasswordHash> from_ini) {
    std::lock_guard<std::mutex> hold(writing_);
    State next = *state_.get();
    next.configured = std::move(from_ini);
    next.configured_mark = mark_of(next.configured);
    const bool changed = force_of(next) != in_force();
    state_.set(std::make_shared<const State>(std::move(next)));
    return changed;
}

const std::optional<PasswordHash>& AccountFile::force_of(const State& state) {
    const bool overridden = state.account.password && state.account.overrides == state.configured_mark;
    return state.configured && !overridden ? state.configured : state.account.password;
}

std::optional<PasswordHash> AccountFile::in_force() const { return force_of(*state_.get()); }

bool AccountFile::wants_setup() const {
    const auto state = state_.get();
    return !force_of(*state) && !state->account.setup_closed;
}

Account AccountFile::account() const { return state_.get()->account; }

// Precondition: writing_ is held. `fresh` comes from the desk: its rounds are the device's own.
Result<void> AccountFile::store(const State& old, const PasswordHash& fresh, WallTime set_at) {
    State next = old;
    next.account = {fresh, set_at, fresh.rounds(), old.configured_mark, true};
    TRY_VOID(files_.atomic_write(path_, to_text(next.account), kMode));
    state_.set(std::make_shared<const State>(std::move(next)));
    return {};
}

Result<void> AccountFile::set_first_password(const PasswordHash& fresh, WallTime now) {
    std::lock_guard<std::mutex> hold(writing_);
    if (!wants_setup()) return Error::refuse("Set-up is closed: this device has a password already.");
    return store(*state_.get(), fresh, now);
}

Result<void> AccountFile::set_password(const PasswordHash& fresh, WallTime now) {
    std::lock_guard<std::mutex> hold(writing_);
    return store(*state_.get(), fresh, now);
}

Result<bool> AccountFile::rehash(const PasswordHash& old, const PasswordHash& fresh, WallTime now) {
    std::lock_guard<std::mutex> hold(writing_);
    const auto state = state_.get();
    if (force_of(*state) != old) return false;
    const bool stored = state->account.password == old;
    TRY_VOID(store(*state, fresh, stored ? state->account.set_at : now));
    return true;
}

}  // namespace postern::access
