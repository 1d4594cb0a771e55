#include "firmware/admin_access.h"

#include "firmware/notify/words.h"

namespace postern {

using access::AccountFile;
using access::PasswordHash;
using access::SetupToken;

AdminAccess::AdminAccess(Machine machine, std::string state)
    : machine_(machine), state_(std::move(state)), sessions_(machine.clock, machine.random), gate_(machine.clock) {}

AdminAccess::~AdminAccess() { stop(); }

std::optional<PasswordHash> AdminAccess::configured(const config::AdminSection& admin) const {
    if (!admin.password_hash) return std::nullopt;
    auto hash = PasswordHash::parse(admin.password_hash->view());  // it was when the configuration was read
    return hash ? std::optional<PasswordHash>(*hash) : std::nullopt;
}

void AdminAccess::open(const config::AdminSection& admin) {
    auto account = AccountFile::open(machine_.files, state_, configured(admin));
    if (!account) {
        trouble_ = account.error().text();
        machine_.log.error("admin.closed", {{"why", trouble_}});
        return;
    }
    account_ = std::move(*account);
    audit_ = std::make_unique<access::AuditLog>(machine_.clock, machine_.files, machine_.log, state_);
    hasher_ = std::make_unique<access::PasswordDesk>(access::PasswordDeskParts{
        machine_.clock, machine_.random, machine_.log, account_->account().own_rounds,
        [this](const PasswordHash& old, const PasswordHash& fresh) {
            const auto stored = account_->rehash(old, fresh, machine_.clock.wall());
            if (!stored) machine_.log.warn("admin.not_rehashed", {{"why", stored.error().text()}});
        }});
    open_setup(admin);
    desk_ = std::make_unique<admin::AccessDesk>(admin::AccessParts{
        machine_.clock, machine_.log, *account_, sessions_, gate_, *hasher_, *audit_, office_,
        [this](std::string_view typed) {
            const auto token = token_.get();
            return token && token->matches(typed);
        },
        [this] {
            token_.set(nullptr);
            const auto gone = SetupToken::discard(machine_.files, state_);
            if (!gone) machine_.log.warn("admin.token_left", {{"why", gone.error().text()}});
        },
        [] { return std::vector<std::string>{notify::host_name()}; },
        [this] {
            const auto token = token_.get();
            return token && !token->in_file() ? std::string() : SetupToken::path_in(state_);
        }});
}

void AdminAccess::open_setup(const config::AdminSection& admin) {
    token_in_ini_ = admin.setup_token != nullptr;
    if (!account_->wants_setup()) {
        token_.set(nullptr);
        const auto gone = SetupToken::discard(machine_.files, state_);
        if (!gone) machine_.log.warn("admin.token_left", {{"why", gone.error().text()}});
        return;
    }
    auto token = token_in_ini_ ? SetupToken::parse(admin.setup_token->view())
                               : SetupToken::read_or_make(machine_.files, state_, machine_.random);
    if (token) token_.set(std::make_shared<const SetupToken>(std::move(*token)));
    else machine_.log.error("admin.no_setup_token", {{"why", token.error().text()}});
}

void AdminAccess::configure(const config::AdminSection& admin) {
    if (!account_) return;
    if (account_->configure(configured(admin))) {
        const auto ended = sessions_.end_all();  // as after every change of password
        machine_.log.info("admin.password_configured", {{"sessions_ended", ended}});
    }
    open_setup(admin);
}

void AdminAccess::start() {
    office_.start();
    if (hasher_) hasher_->start();
}

// The desk first: what it finds out may still have to be written.
void AdminAccess::stop() {
    if (hasher_) hasher_->stop();
    office_.stop();
}

std::string AdminAccess::invitation() const {
    if (!account_ || !account_->wants_setup() || !token_.get()) return "";
    if (token_in_ini_) return "the admin page waits for its set-up, with the setup_token of the configuration";
    auto text = machine_.files.read(SetupToken::path_in(state_), SetupToken::kMostBytes);
    if (!text) return "the admin page waits for its set-up; the token is in " + SetupToken::path_in(state_);
    while (!text->empty() && text->back() == '\n') text->pop_back();
    return "the admin page waits for its set-up, with the token " + *text;
}

}  // namespace postern
