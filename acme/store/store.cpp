#include "acme/store/store.h"

#include <cerrno>
#include <utility>

#include "server/base/limits.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr std::size_t kNotices = 16;   // a status page's worth
constexpr int kDamagedKept = 9;

// All six and one fsync: a first start is not to wait for the disk six times.
Result<void> make_rooms(FileSystem& files, const std::string& root) {
    static constexpr std::pair<const char*, std::uint32_t> kRooms[] = {
        {"/archive", 0755}, {"/live", 0755}, {"/accounts", 0700}, {"/jobs", 0700}, {"/selfsigned", 0700}, {"/staging", 0700}};
    bool made = false;
    for (const auto& [room, mode] : kRooms) {
        TRY(const bool there, files.exists(root + room));
        if (there) continue;
        TRY_VOID(files.make_folder(root + room, mode));
        made = true;
    }
    return made ? files.sync_folder(root) : Result<void>();
}

}  // namespace

Store::Store(FileSystem& files, std::string root, std::uint32_t key_group)
    : files_(&files), root_(root), archive_(files, std::move(root), key_group) {}

Result<Store> Store::open(FileSystem& files, std::string root, std::uint32_t key_group) {
    TRY_VOID(files.make_folders(root, 0755));
    TRY_VOID(make_rooms(files, root));
    Store store(files, std::move(root), key_group);
    if (auto cleaned = store.archive_.clean_staging(); !cleaned)
        store.notice("staging could not be emptied: " + cleaned.error().text());
    return store;
}

bool Store::is_safe_name(std::string_view name) {
    if (name.empty() || name.size() > 200 || name.front() == '.') return false;
    for (char c : name)
        if (c == '/' || static_cast<unsigned char>(c) < 0x21 || c == 0x7f) return false;
    return true;
}

void Store::notice(std::string text) {
    if (notices_.size() < kNotices) notices_.push_back(std::move(text));
}

// Absent is normal. What is no regular file or far too large is set aside; what the system would not read (EIO, EACCES)
// is only said: it may be readable tomorrow.
std::optional<std::string> Store::read(const std::string& path, std::size_t most) {
    auto text = files_->read(path, most);
    if (text) return std::move(text).value();
    if (text.error().number() == 0) {
        damaged(path, text.error().text());
    } else if (text.error().number() != ENOENT) {
        notice(text.error().text());
    }
    return std::nullopt;
}

void Store::damaged(const std::string& path, std::string_view why) {
    std::string aside;
    for (int n = 1; n <= kDamagedKept; ++n) {
        aside = path + ".damaged-" + std::to_string(n);
        auto taken = files_->exists(aside);
        if (taken && !*taken) break;
        if (n == kDamagedKept) (void)files_->remove_tree(aside);  // the last place is used again
    }
    auto moved = files_->rename(path, aside);
    if (moved) moved = files_->sync_folder(path.substr(0, path.rfind('/')));
    std::string text = path + " cannot be used (" + std::string(why) + ")";
    notice(moved ? text + ": set aside as " + aside : text + " and could not be set aside: " + moved.error().text());
}

void Store::generation_damaged(const std::string& name, int generation, std::string_view why) {
    damaged(archive_.path_of(name, generation), why);
}

// Here "cannot be read" is no "there is none": a new key would mean a new account.
Result<std::optional<Secret>> Store::account_key(const std::string& ca) {
    auto text = files_->read(root_ + "/accounts/" + ca + "/account.key", limits::kPemFile);
    if (text) return std::optional<Secret>(Secret(std::move(text).value()));
    if (text.error().number() == 0) account_key_damaged(ca, text.error().text());
    if (text.error().number() == 0 || text.error().number() == ENOENT) return std::optional<Secret>();
    return std::move(text).error();
}

Result<void> Store::save_account_key(const std::string& ca, std::string_view pem) {
    const std::string folder = root_ + "/accounts/" + ca;
    TRY_VOID(files_->make_folders(folder, 0700));
    // A new key has no account yet; the URL of another key's goes first, so that no crash leaves the two together.
    const Result<void> gone = files_->remove_file(folder + "/account.json");
    if (!gone.ok() && gone.error().number() != ENOENT) return gone.error();
    return files_->atomic_write(folder + "/account.key", pem, 0600);
}

void Store::account_key_damaged(const std::string& ca, std::string_view why) {
    damaged(root_ + "/accounts/" + ca + "/account.key", why);
}

std::optional<AccountRecord> Store::account(const std::string& ca) {
    const std::string path = root_ + "/accounts/" + ca + "/account.json";
    auto text = read(path, limits::kStateFile);
    if (!text) return std::nullopt;
    auto record = account_from(*text);
    if (record) return std::move(record).value();
    damaged(path, record.error().text());
    return std::nullopt;
}

Result<void> Store::save_account(const std::string& ca, const AccountRecord& record) {
    TRY_VOID(files_->make_folders(root_ + "/accounts/" + ca, 0700));
    return files_->atomic_write(root_ + "/accounts/" + ca + "/account.json", to_text(record), 0600);
}

Job Store::job(const std::string& name) {
    const std::string path = root_ + "/jobs/" + name + ".json";
    auto text = read(path, limits::kStateFile);
    if (!text) return {};
    auto job = job_from(*text);
    if (job) return std::move(job).value();
    damaged(path, job.error().text());
    return {};
}

Result<void> Store::save_job(const std::string& name, const Job& job) {
    return files_->atomic_write(root_ + "/jobs/" + name + ".json", to_text(job), 0600);
}

RenewalWord Store::renewal_word(const std::string& name) {
    const std::string path = root_ + "/jobs/" + name + ".ari";
    auto text = read(path, limits::kStateFile);
    if (!text) return {};
    auto word = renewal_word_from(*text);
    if (word) return std::move(word).value();
    damaged(path, word.error().text());
    return {};
}

Result<void> Store::save_renewal_word(const std::string& name, const RenewalWord& word) {
    return files_->atomic_write(root_ + "/jobs/" + name + ".ari", to_text(word), 0600);
}

std::optional<PendingOrder> Store::pending(const std::string& name) {
    const std::string path = root_ + "/jobs/" + name + ".order";
    auto text = read(path, limits::kStateFile);
    if (!text) return std::nullopt;
    const Secret secret(std::move(*text));
    auto order = pending_from(secret.view());
    if (order) return std::move(order).value();
    damaged(path, order.error().text());
    return std::nullopt;
}

Result<void> Store::save_pending(const std::string& name, const PendingOrder& order) {
    return files_->atomic_write(root_ + "/jobs/" + name + ".order", to_text(order).view(), 0600);
}

Result<void> Store::drop_pending(const std::string& name) {
    auto removed = files_->remove_file(root_ + "/jobs/" + name + ".order");
    if (!removed && removed.error().number() == ENOENT) return {};
    if (!removed) return removed;
    return files_->sync_folder(root_ + "/jobs");
}

bool Store::has(const std::string& name) {
    for (const std::string& path : {root_ + "/archive/" + name, root_ + "/jobs/" + name + ".json"})
        if (auto there = files_->info(path); there.ok()) return true;
    return false;
}

Result<void> Store::forget(const std::string& name) {
    for (const std::string& path : {root_ + "/jobs/" + name + ".json", root_ + "/jobs/" + name + ".order",
                                    root_ + "/jobs/" + name + ".ari", root_ + "/selfsigned/" + name + ".pem"}) {
        auto removed = files_->remove_file(path);
        if (!removed && removed.error().number() != ENOENT) return removed;
    }
    TRY_VOID(files_->sync_folder(root_ + "/jobs"));
    return files_->sync_folder(root_ + "/selfsigned");
}

FullAt Store::ledger() {
    const std::string path = root_ + "/ledger.json";
    auto text = read(path, limits::kStateFile);
    if (!text) return {};
    auto full = full_at_from(*text);
    if (full) return std::move(full).value();
    damaged(path, full.error().text());
    return {};
}

Result<void> Store::save_ledger(const FullAt& full) {
    return files_->atomic_write(root_ + "/ledger.json", to_text(full), 0600);
}

std::optional<WallTime> Store::good_time() {
    const std::string path = root_ + "/clock";
    auto text = read(path, limits::kStateFile);
    if (!text) return std::nullopt;
    const auto time = good_time_from(*text);
    if (!time) damaged(path, "no date");
    return time;
}

Result<void> Store::save_good_time(WallTime time) {
    return files_->atomic_write(root_ + "/clock", to_rfc3339(time.time_since_epoch().count()) + "\n", 0600);
}

std::optional<Secret> Store::self_signed(const std::string& name) {
    auto text = read(root_ + "/selfsigned/" + name + ".pem", limits::kPemFile);
    if (!text) return std::nullopt;
    return Secret(std::move(*text));
}

void Store::self_signed_damaged(const std::string& name, std::string_view why) {
    damaged(root_ + "/selfsigned/" + name + ".pem", why);
}

Result<void> Store::save_self_signed(const std::string& name, std::string_view pem) {
    return files_->atomic_write(root_ + "/selfsigned/" + name + ".pem", pem, 0600);
}

}  // namespace postern::acme
