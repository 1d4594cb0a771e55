// FileSystem over Linux system calls.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <memory>

#include "server/base/files.h"
#include "server/base/limits.h"
#include "server/base/unique_fd.h"

namespace postern {

namespace {

std::atomic<std::uint64_t> g_written{0};

// Runs a system call again for as long as a signal cuts it short.
template <typename Call>
auto uninterrupted(Call call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

Result<void> outcome(int result, const std::string& path) {
    if (result == 0) return {};
    return Error::system(path, errno);
}

Result<UniqueFd> open_at(const std::string& path, int flags, mode_t mode = 0) {
    UniqueFd fd(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode); }));
    if (!fd) return Error::system(path, errno);
    return fd;
}

Result<void> write_all(int fd, std::string_view data, const std::string& path) {
    while (!data.empty()) {
        const ssize_t wrote = uninterrupted([&] { return ::write(fd, data.data(), data.size()); });
        if (wrote < 0) return Error::system(path, errno);
        if (wrote == 0) return Error::system(path, EIO);
        g_written.fetch_add(static_cast<std::uint64_t>(wrote), std::memory_order_relaxed);
        data.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return {};
}

// Owner before mode: for no moment may the mode's group bits speak for the wrong group.
Result<void> fill(int fd, const std::string& path, std::string_view data, std::uint32_t mode, std::uint32_t group) {
    if (group != FileSystem::kKeepGroup) TRY_VOID(outcome(::fchown(fd, static_cast<uid_t>(-1), group), path));
    TRY_VOID(outcome(::fchmod(fd, mode), path));
    TRY_VOID(write_all(fd, data, path));
    return outcome(uninterrupted([&] { return ::fsync(fd); }), path);
}

FileInfo::Kind kind_of(mode_t mode) {
    if (S_ISREG(mode)) return FileInfo::Kind::kFile;
    if (S_ISDIR(mode)) return FileInfo::Kind::kFolder;
    return S_ISLNK(mode) ? FileInfo::Kind::kSymlink : FileInfo::Kind::kOther;
}

Error too_large(const std::string& path, std::size_t max_bytes) {
    return Error::admin(path + ": larger than the " + std::to_string(max_bytes) + " bytes allowed here");
}

}  // namespace

Result<std::string> SystemFiles::read(const std::string& path, std::size_t max_bytes) {
    // O_NONBLOCK: a FIFO in a file's place must not hang us before fstat has told what it is.
    TRY(const UniqueFd fd, open_at(path, O_RDONLY | O_NONBLOCK));
    struct stat status {};
    TRY_VOID(outcome(::fstat(fd.get(), &status), path));
    if (!S_ISREG(status.st_mode)) return Error::admin(path + ": not a regular file");
    if (static_cast<std::uint64_t>(status.st_size) > max_bytes) return too_large(path, max_bytes);
    std::string text;
    std::size_t used = 0;
    for (;;) {  // the size is a hint only: the file may grow while it is read, and /proc says 0
        // not while there is room: growing leaves what may be a key behind in memory
        if (used == text.size()) text.resize(std::max<std::size_t>(used + 4096, static_cast<std::size_t>(status.st_size) + 1));
        const ssize_t got = uninterrupted([&] { return ::read(fd.get(), text.data() + used, text.size() - used); });
        if (got < 0) return Error::system(path, errno);
        used += static_cast<std::size_t>(got);
        if (used > max_bytes) return too_large(path, max_bytes);
        if (got > 0) continue;
        text.resize(used);
        return text;
    }
}

Result<FileInfo> SystemFiles::info(const std::string& path) {
    struct stat status {};
    TRY_VOID(outcome(::lstat(path.c_str(), &status), path));
    FileInfo info;
    info.kind = kind_of(status.st_mode);
    info.mode = status.st_mode & 07777;
    info.size = static_cast<std::uint64_t>(status.st_size);
    info.mtime = status.st_mtime;
    return info;
}

Result<std::vector<std::string>> SystemFiles::list(const std::string& folder) {
    const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(folder.c_str()), ::closedir);
    if (!open) return Error::system(folder, errno);
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(open.get());  // NOLINT(concurrency-mt-unsafe): the stream is ours alone
        if (entry == nullptr && errno != 0) return Error::system(folder, errno);
        if (entry == nullptr) break;
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..") continue;
        if (names.size() == limits::kFolderEntries) return Error::admin(folder + ": too many files in one folder");
        names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::string> SystemFiles::read_link(const std::string& path) {
    char target[PATH_MAX];
    const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
    if (size < 0) return Error::system(path, errno);
    if (static_cast<std::size_t>(size) == sizeof target) return Error::system(path, ENAMETOOLONG);
    return std::string(target, static_cast<std::size_t>(size));
}

Result<void> SystemFiles::may_change(const std::string& folder) {
    if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return {};
    return Error::system(folder, errno);
}

Result<std::uint64_t> SystemFiles::free_bytes(const std::string& path) {
    struct statvfs status {};
    TRY_VOID(outcome(uninterrupted([&] { return ::statvfs(path.c_str(), &status); }), path));
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<void> SystemFiles::create(const std::string& path, std::string_view data, std::uint32_t mode,
                                 std::uint32_t group) {
    TRY(UniqueFd fd, open_at(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    auto filled = fill(fd.get(), path, data, mode, group);
    if (!filled) ::unlink(path.c_str());  // half a file helps nobody
    return filled;
}

Result<void> SystemFiles::rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return Error::system(from + " -> " + to, errno);
}

Result<void> SystemFiles::make_symlink(const std::string& target, const std::string& path) {
    return outcome(::symlink(target.c_str(), path.c_str()), path);
}

Result<void> SystemFiles::make_folder(const std::string& path, std::uint32_t mode) {
    TRY_VOID(outcome(::mkdir(path.c_str(), mode), path));
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && (status.st_mode & 07777) == mode) return {};
    // The umask took bits off. By the descriptor: the name could be another's by now.
    TRY(const UniqueFd fd, open_at(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    return outcome(::fchmod(fd.get(), mode), path);
}

Result<void> SystemFiles::remove_file(const std::string& path) {
    return outcome(::unlink(path.c_str()), path);
}

Result<void> SystemFiles::remove_folder(const std::string& path) {
    return outcome(::rmdir(path.c_str()), path);
}

Result<void> SystemFiles::sync_folder(const std::string& path) {
    TRY(const UniqueFd fd, open_at(path, O_RDONLY | O_DIRECTORY));
    auto synced = outcome(uninterrupted([&] { return ::fsync(fd.get()); }), path);
    // Some file systems (FAT, FUSE, network) have no fsync of folders and say so thus: nothing more can be done there.
    if (!synced && (synced.error().number() == EINVAL || synced.error().number() == ENOTSUP)) return {};
    return synced;
}

std::uint64_t SystemFiles::bytes_written() {
    return g_written.load(std::memory_order_relaxed);
}

}  // namespace postern
