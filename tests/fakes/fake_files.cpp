#include "tests/fakes/fake_files.h"

#include <cerrno>

namespace postern::fakes {

using Id = FakeDisk::Id;
using Node = FakeDisk::Node;
using Kind = FileInfo::Kind;

// Faults

void FakeFiles::fail_at(int step, int number) {
    no_fault();
    fail_at_ = step;
    fail_number_ = number;
}

void FakeFiles::power_cut_at(int step) {
    no_fault();
    cut_at_ = step;
}

void FakeFiles::no_fault() {
    steps_ = fail_at_ = cut_at_ = 0;
    hit_ = dead_ = false;
}

std::vector<FakeFiles> FakeFiles::after_power_loss() const {
    std::vector<FakeFiles> all;
    for (FakeDisk& disk : disk_.after_power_loss()) {
        all.push_back(*this);
        all.back().disk_ = std::move(disk);
        all.back().no_fault();
    }
    return all;
}

FakeFiles FakeFiles::after_power_loss(const std::function<std::size_t(std::size_t)>& pick) const {
    FakeFiles after = *this;
    after.disk_ = disk_.after_power_loss(pick);
    after.no_fault();
    return after;
}

Result<void> FakeFiles::usable(const std::string& path) const {
    if (dead_) return Error::system(path, EIO);
    const auto denied = denied_.find(path);
    if (denied != denied_.end() && denied->second != 0) return Error::system(path, denied->second);
    return {};
}

Result<void> FakeFiles::step(const std::string& path) {
    TRY_VOID(usable(path));
    ++steps_;
    if (steps_ == cut_at_) {
        hit_ = dead_ = true;
        return Error::system(path, EIO);
    }
    if (steps_ != fail_at_) return {};
    hit_ = true;
    return Error::system(path, fail_number_);
}

// Looking

Result<Id> FakeFiles::find(const std::string& path, bool follow_last) const {
    TRY_VOID(usable(path));
    const Id id = disk_.find(path, follow_last);
    if (id < 0) return Error::system(path, -id);
    return id;
}

Result<std::string> FakeFiles::read(const std::string& path, std::size_t max_bytes) {
    TRY(const Id id, find(path, true));
    const Node& file = disk_.node(id);
    if (file.kind != Kind::kFile) return Error::admin(path + ": not a regular file");
    if (file.data.size() > max_bytes) return Error::admin(path + ": larger than allowed");
    return file.data;
}

Result<FileInfo> FakeFiles::info(const std::string& path) {
    TRY(const Id id, find(path, false));
    const Node& node = disk_.node(id);
    return FileInfo{node.kind, node.mode, node.data.size(), node.mtime};
}

Result<std::vector<std::string>> FakeFiles::list(const std::string& folder) {
    TRY(const Id id, find(folder, true));
    if (disk_.node(id).kind != Kind::kFolder) return Error::system(folder, ENOTDIR);
    std::vector<std::string> names;
    for (const auto& entry : disk_.node(id).entries) names.push_back(entry.first);
    return names;
}

Result<std::string> FakeFiles::read_link(const std::string& path) {
    TRY(const Id id, find(path, false));
    if (disk_.node(id).kind != Kind::kSymlink) return Error::system(path, EINVAL);
    return disk_.node(id).data;
}

Result<std::uint64_t> FakeFiles::free_bytes(const std::string& path) {
    TRY_VOID(find(path, true));
    return free_;
}

Result<void> FakeFiles::may_change(const std::string& folder) {
    TRY_VOID(usable(folder));
    TRY_VOID(find(folder, true));
    return {};
}

std::uint32_t FakeFiles::group_of(const std::string& path) const {
    const Id id = disk_.find(path, true);
    return id < 0 ? kKeepGroup : disk_.node(id).group;
}

// Changing

// The folder in which `path` may be made: it is there and has no such name yet.
Result<Id> FakeFiles::free_place(const std::string& path) const {
    const Id folder = disk_.parent_of(path);
    if (folder < 0) return Error::system(path, -folder);
    if (disk_.node(folder).entries.count(FakeDisk::last_part(path)) > 0) return Error::system(path, EEXIST);
    return folder;
}

Result<void> FakeFiles::add(const std::string& path, Node node) {
    TRY_VOID(step(path));
    TRY(const Id folder, free_place(path));
    node.mtime = now_;
    disk_.change({{folder, FakeDisk::last_part(path), disk_.add_node(std::move(node))}});
    return {};
}

Result<void> FakeFiles::fill(Id file, const std::string& path, std::string_view data) {
    const std::size_t half = data.size() / 2;
    for (std::string_view piece : {data.substr(0, half), data.substr(half)}) {
        TRY_VOID(step(path));
        if (piece.size() > free_) return Error::system(path, ENOSPC);
        free_ -= piece.size();
        written_ += piece.size();
        disk_.node(file).data += piece;
    }
    TRY_VOID(step(path));
    disk_.node(file).data_lasts = true;
    return {};
}

Result<void> FakeFiles::create(const std::string& path, std::string_view data, std::uint32_t mode,
                               std::uint32_t group) {
    Node node;
    node.mode = mode;
    node.group = group;
    TRY_VOID(add(path, std::move(node)));
    const Id folder = disk_.parent_of(path);
    const std::string name = FakeDisk::last_part(path);
    auto filled = fill(disk_.node(folder).entries[name], path, data);
    if (!filled && !dead_) disk_.change({{folder, name, FakeDisk::kNone}});
    return filled;
}

Result<void> FakeFiles::make_symlink(const std::string& target, const std::string& path) {
    Node node;
    node.kind = Kind::kSymlink;
    node.mode = 0777;
    node.data = target;
    return add(path, std::move(node));
}

Result<void> FakeFiles::make_folder(const std::string& path, std::uint32_t mode) {
    Node node;
    node.kind = Kind::kFolder;
    node.mode = mode;
    return add(path, std::move(node));
}

Result<void> FakeFiles::rename(const std::string& from, const std::string& to) {
    TRY_VOID(step(from));
    TRY(const Id moved, find(from, false));
    const Id from_folder = disk_.parent_of(from), to_folder = disk_.parent_of(to);
    if (to_folder < 0) return Error::system(to, -to_folder);
    TRY_VOID(usable(to));
    const Id there = disk_.find(to, false);
    if (there == moved) return {};
    if (there >= 0) {
        const bool folder = disk_.node(moved).kind == Kind::kFolder;
        const bool onto_folder = disk_.node(there).kind == Kind::kFolder;
        if (folder != onto_folder) return Error::system(to, folder ? ENOTDIR : EISDIR);
        if (onto_folder && !disk_.node(there).entries.empty()) return Error::system(to, ENOTEMPTY);
    }
    disk_.change({{from_folder, FakeDisk::last_part(from), FakeDisk::kNone},
                  {to_folder, FakeDisk::last_part(to), moved}});
    return {};
}

Result<void> FakeFiles::remove_file(const std::string& path) {
    TRY_VOID(step(path));
    TRY(const Id id, find(path, false));
    if (disk_.node(id).kind == Kind::kFolder) return Error::system(path, EISDIR);
    disk_.change({{disk_.parent_of(path), FakeDisk::last_part(path), FakeDisk::kNone}});
    return {};
}

Result<void> FakeFiles::remove_folder(const std::string& path) {
    TRY_VOID(step(path));
    TRY(const Id id, find(path, false));
    if (disk_.node(id).kind != Kind::kFolder) return Error::system(path, ENOTDIR);
    if (!disk_.node(id).entries.empty()) return Error::system(path, ENOTEMPTY);
    disk_.change({{disk_.parent_of(path), FakeDisk::last_part(path), FakeDisk::kNone}});
    return {};
}

Result<void> FakeFiles::sync_folder(const std::string& path) {
    TRY_VOID(step(path));
    TRY(const Id id, find(path, true));
    if (disk_.node(id).kind != Kind::kFolder) return Error::system(path, ENOTDIR);
    disk_.sync_folder(id);
    return {};
}

// Setting the stage

Id FakeFiles::parents_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash != std::string::npos && slash > 0) put_folder(path.substr(0, slash));
    return disk_.parent_of(path);
}

void FakeFiles::put(const std::string& path, std::string data, std::uint32_t mode) {
    Node node;
    node.mode = mode;
    node.mtime = now_;
    node.data = std::move(data);
    const Id folder = parents_of(path);
    disk_.change({{folder, FakeDisk::last_part(path), disk_.add_node(std::move(node))}});
    disk_.sync_all();
}

void FakeFiles::put_link(const std::string& path, std::string target) {
    Node node;
    node.kind = Kind::kSymlink;
    node.mode = 0777;
    node.data = std::move(target);
    const Id folder = parents_of(path);
    disk_.change({{folder, FakeDisk::last_part(path), disk_.add_node(std::move(node))}});
    disk_.sync_all();
}

void FakeFiles::put_folder(const std::string& path) {
    if (disk_.find(path, true) >= 0) return;
    Node node;
    node.kind = Kind::kFolder;
    node.mode = 0755;
    const Id folder = parents_of(path);
    disk_.change({{folder, FakeDisk::last_part(path), disk_.add_node(std::move(node))}});
    disk_.sync_all();
}

}  // namespace postern::fakes
