// The operations composed of FileSystem's steps. The order of the steps is the whole point: between any two of them the
// power may go.
#include "server/base/files.h"

#include <cerrno>

namespace postern {

namespace {

constexpr int kTreeDepth = 4;
constexpr std::size_t kTreeEntries = 1000;

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string temp_beside(const std::string& path) {
    const auto slash = path.rfind('/');
    const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
    return path.substr(0, name) + "." + path.substr(name) + ".tmp";
}

Result<void> remove_if_there(FileSystem& files, const std::string& path) {
    auto removed = files.remove_file(path);
    if (!removed && removed.error().number() == ENOENT) return {};
    return removed;
}

// The second half of both atomic operations: what `temp` names takes the place of `path`, for good.
Result<void> put_in_place(FileSystem& files, const std::string& temp, const std::string& path) {
    if (auto renamed = files.rename(temp, path); !renamed) {
        (void)files.remove_file(temp);  // the rename's failure is what the caller must hear
        return renamed;
    }
    return files.sync_folder(folder_of(path));
}

Result<void> require_folder(FileSystem& files, const std::string& path, FileInfo::Kind kind) {
    if (kind == FileInfo::Kind::kSymlink) {
        TRY(const FileInfo target, files.info(path + "/."));  // the dot makes the system follow the link
        kind = target.kind;
    }
    if (kind == FileInfo::Kind::kFolder) return {};
    return Error::system(path, ENOTDIR);
}

// A folder's entries go before the folder itself. `left` counts down over the whole tree.
Result<void> remove_below(FileSystem& files, const std::string& path, int depth, std::size_t& left) {
    auto found = files.info(path);
    if (!found && found.error().number() == ENOENT) return {};
    if (!found) return std::move(found).error();
    if (left-- == 0) return Error::bug(path + ": the tree to remove is larger than any of ours");
    if (found->kind != FileInfo::Kind::kFolder) return remove_if_there(files, path);
    if (depth == 0) return Error::bug(path + ": the tree to remove is deeper than any of ours");
    TRY(const std::vector<std::string> names, files.list(path));
    for (const std::string& name : names) {
        TRY_VOID(remove_below(files, std::string(path).append("/").append(name), depth - 1, left));
    }
    return files.remove_folder(path);
}

}  // namespace

Result<void> FileSystem::atomic_write(const std::string& path, std::string_view data, std::uint32_t mode,
                                      std::uint32_t group) {
    const std::string temp = temp_beside(path);
    TRY_VOID(remove_if_there(*this, temp));
    TRY_VOID(create(temp, data, mode, group));
    return put_in_place(*this, temp, path);
}

Result<void> FileSystem::atomic_symlink(const std::string& target, const std::string& path) {
    const std::string temp = temp_beside(path);
    TRY_VOID(remove_if_there(*this, temp));
    TRY_VOID(make_symlink(target, temp));
    return put_in_place(*this, temp, path);
}

Result<void> FileSystem::make_folders(const std::string& path, std::uint32_t mode) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        auto found = info(part);
        if (found) {
            TRY_VOID(require_folder(*this, part, found->kind));
        } else if (found.error().number() != ENOENT) {
            return std::move(found).error();
        } else {
            TRY_VOID(make_folder(part, mode));
            TRY_VOID(sync_folder(folder_of(part)));
        }
        if (end == std::string::npos) return {};
    }
}

Result<void> FileSystem::remove_tree(const std::string& path) {
    std::size_t left = kTreeEntries;
    return remove_below(*this, path, kTreeDepth, left);
}

Result<bool> FileSystem::exists(const std::string& path) {
    auto found = info(path);
    if (found) return true;
    if (found.error().number() == ENOENT) return false;
    return std::move(found).error();
}

}  // namespace postern
