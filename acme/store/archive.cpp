#include "acme/store/archive.h"

#include <algorithm>
#include <cerrno>

#include "server/base/limits.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr int kMostGenerations = 1000000;  // a renewal every six hours for 680 years

// "12" is 12; "12.damaged-1", ".x", "0" and "012" are no generations.
std::optional<int> number_of(std::string_view entry) {
    auto number = parse_decimal(entry);
    if (!number || *number == 0 || *number > kMostGenerations || entry.front() == '0') return std::nullopt;
    return static_cast<int>(*number);
}

// The leaf and the rest. Borders only: what stands between them was checked before.
std::pair<std::string_view, std::string_view> split_leaf(std::string_view fullchain) {
    constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
    auto at = fullchain.find(kEnd);
    if (at == std::string_view::npos) return {fullchain, {}};
    at += kEnd.size();
    if (at < fullchain.size() && fullchain[at] == '\n') ++at;
    return {fullchain.substr(0, at), fullchain.substr(at)};
}

}  // namespace

Archive::Archive(FileSystem& files, std::string root, std::uint32_t key_group)
    : files_(files), root_(std::move(root)), key_group_(key_group) {}

std::string Archive::path_of(const std::string& name, int generation) const {
    return root_ + "/archive/" + name + "/" + std::to_string(generation);
}

Result<std::vector<std::string>> Archive::names() {
    auto entries = files_.list(root_ + "/archive");
    if (!entries && entries.error().number() == ENOENT) return std::vector<std::string>{};
    if (!entries) return std::move(entries).error();
    std::erase_if(*entries, [](const std::string& entry) { return entry.front() == '.'; });  // no name begins with a dot
    if (entries->size() > kMostNames) entries->resize(kMostNames);
    return entries;
}

Result<std::vector<int>> Archive::generations(const std::string& name) {
    auto entries = files_.list(root_ + "/archive/" + name);
    if (!entries && entries.error().number() == ENOENT) return std::vector<int>{};
    if (!entries) return std::move(entries).error();
    std::vector<int> numbers;
    for (const std::string& entry : *entries)
        if (auto number = number_of(entry)) numbers.push_back(*number);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

Result<std::optional<int>> Archive::live(const std::string& name) {
    auto target = files_.read_link(root_ + "/live/" + name);
    if (!target && (target.error().number() == ENOENT || target.error().number() == EINVAL)) return std::optional<int>{};
    if (!target) return std::move(target).error();
    std::string prefix = "../archive/" + name + "/";
    if (!has_prefix(*target, prefix)) return std::optional<int>{};
    return number_of(std::string_view(*target).substr(prefix.size()));
}

Result<StoredPair> Archive::read(const std::string& name, int generation) {
    std::string folder = path_of(name, generation);
    TRY(std::string fullchain, read_chain(name, generation));
    TRY(std::string key, files_.read(folder + "/privkey.pem", limits::kPemFile));
    return StoredPair{std::move(fullchain), Secret(std::move(key))};
}

Result<std::string> Archive::read_chain(const std::string& name, int generation) {
    return files_.read(path_of(name, generation) + "/fullchain.pem", limits::kPemFile);
}

bool Archive::live_has_key(const std::string& name, std::string_view key_pem) {
    auto number = live(name);
    if (!number || !*number) return false;
    auto pair = read(name, **number);
    return pair && equal_constant_time(pair->key.view(), key_pem);
}

Result<int> Archive::next_number(const std::string& name) {
    TRY(std::vector<std::string> entries, files_.list(root_ + "/archive/" + name));
    int highest = 0;
    // One set aside keeps its number: "7.damaged-1" makes the next one 8 even when 7 was the last.
    for (const std::string& entry : entries)
        highest = std::max(highest, number_of(std::string_view(entry).substr(0, entry.find('.'))).value_or(0));
    return highest + 1;
}

Result<void> Archive::write_files(const std::string& folder, std::string_view fullchain, std::string_view key_pem) {
    auto [leaf, rest] = split_leaf(fullchain);
    const bool shared = key_group_ != FileSystem::kKeepGroup;
    TRY_VOID(files_.create(folder + "/privkey.pem", key_pem, shared ? 0640 : 0600, key_group_));
    TRY_VOID(files_.create(folder + "/cert.pem", leaf, 0644));
    TRY_VOID(files_.create(folder + "/chain.pem", rest, 0644));
    TRY_VOID(files_.create(folder + "/fullchain.pem", fullchain, 0644));
    return files_.sync_folder(folder);
}

Result<int> Archive::install(const std::string& name, std::string_view fullchain, std::string_view key_pem) {
    const std::string home = root_ + "/archive/" + name;
    const std::string staging = root_ + "/staging/" + name;
    TRY_VOID(files_.make_folders(home, 0755));
    TRY(int number, next_number(name));
    TRY_VOID(files_.remove_tree(staging));
    TRY_VOID(files_.make_folder(staging, 0755));
    auto written = write_files(staging, fullchain, key_pem);
    if (written) written = files_.rename(staging, path_of(name, number));
    if (!written) {
        (void)files_.remove_tree(staging);  // gives a full disk its room back; the next start cleans it anyway
        return std::move(written).error();
    }
    TRY_VOID(files_.sync_folder(home));
    TRY_VOID(point_live(name, number));
    prune(name, number);
    return number;
}

Result<void> Archive::point_live(const std::string& name, int generation) {
    return files_.atomic_symlink("../archive/" + name + "/" + std::to_string(generation), root_ + "/live/" + name);
}

Result<void> Archive::unlink_live(const std::string& name) {
    auto removed = files_.remove_file(root_ + "/live/" + name);
    if (!removed && removed.error().number() == ENOENT) return {};
    if (!removed) return removed;
    return files_.sync_folder(root_ + "/live");
}

// As prune() does it: what a power cut leaves lies in staging.
Result<void> Archive::remove(const std::string& name) {
    TRY_VOID(unlink_live(name));
    const std::string bin = root_ + "/staging/.gone-" + name;
    TRY_VOID(files_.remove_tree(bin));
    auto moved = files_.rename(root_ + "/archive/" + name, bin);
    if (!moved && moved.error().number() == ENOENT) return {};
    if (!moved) return moved;
    TRY_VOID(files_.sync_folder(root_ + "/archive"));
    return files_.remove_tree(bin);
}

// Moved out for good first, removed then: a power cut in the middle leaves half a folder in staging, not in the archive.
void Archive::prune(const std::string& name, int live) {
    auto numbers = generations(name);
    if (!numbers) return;
    std::erase(*numbers, live);
    while (numbers->size() > kKept) {
        const int oldest = numbers->front();
        numbers->erase(numbers->begin());
        const std::string bin = root_ + "/staging/.old-" + name + "-" + std::to_string(oldest);
        if (!files_.rename(path_of(name, oldest), bin)) return;
        if (!files_.sync_folder(root_ + "/archive/" + name)) return;
        (void)files_.remove_tree(bin);  // else the next start empties staging
    }
}

Result<void> Archive::clean_staging() {
    TRY(std::vector<std::string> entries, files_.list(root_ + "/staging"));
    for (const std::string& entry : entries) TRY_VOID(files_.remove_tree(root_ + "/staging/" + entry));
    return {};
}

}  // namespace postern::acme
