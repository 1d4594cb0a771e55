// Files behind an interface, in steps small enough that a test can cut the power between any two of them.
// Used by the store, the configuration and process set-up; never on a loop thread (it blocks, it fsyncs).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern {

struct FileInfo {
    enum class Kind : unsigned char { kFile, kFolder, kSymlink, kOther };
    Kind kind = Kind::kOther;
    std::uint32_t mode = 0;  // permission bits only
    std::uint64_t size = 0;  // bytes
    std::int64_t mtime = 0;  // seconds since 1970
};

class FileSystem {
public:
    static constexpr std::uint32_t kKeepGroup = 0xffffffff;

    virtual ~FileSystem() = default;

    // The whole file. Refuses what is no regular file, and more than max_bytes, without reading it all.
    virtual Result<std::string> read(const std::string& path, std::size_t max_bytes) = 0;
    // Of the entry itself (a symlink is not followed). number() == ENOENT when there is none.
    virtual Result<FileInfo> info(const std::string& path) = 0;
    virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;  // names, sorted, no . and ..
    virtual Result<std::string> read_link(const std::string& path) = 0;
    virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
    // Whether files may be made and replaced in this folder; else why not (EACCES, EROFS, ENOENT ...).
    virtual Result<void> may_change(const std::string& folder) = 0;

    // State-changing steps. Each is one or a few system calls and may fail or be the last before the power goes.
    // Creates (O_EXCL, never through a symlink), writes all, fsyncs, closes; on failure removes what it created.
    virtual Result<void> create(const std::string& path, std::string_view data, std::uint32_t mode,
                                std::uint32_t group = kKeepGroup) = 0;
    virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
    virtual Result<void> make_symlink(const std::string& target, const std::string& path) = 0;
    virtual Result<void> make_folder(const std::string& path, std::uint32_t mode) = 0;  // EEXIST is an error
    virtual Result<void> remove_file(const std::string& path) = 0;    // file or symlink
    virtual Result<void> remove_folder(const std::string& path) = 0;  // must be empty
    virtual Result<void> sync_folder(const std::string& path) = 0;    // makes renames in it last

    // Composed of the above. Temp file ".NAME.tmp" in the same folder (a stale one is removed first), fsync, rename,
    // fsync of the folder: afterwards the file reads as old or as new, whatever happened.
    Result<void> atomic_write(const std::string& path, std::string_view data, std::uint32_t mode,
                              std::uint32_t group = kKeepGroup);
    // A symlink made or replaced by one rename.
    Result<void> atomic_symlink(const std::string& target, const std::string& path);
    Result<void> make_folders(const std::string& path, std::uint32_t mode);  // like mkdir -p, syncing each parent
    Result<void> remove_tree(const std::string& path);  // of our own making: depth <= 4, entries <= 1000; absent is fine
    Result<bool> exists(const std::string& path);
};

// The real one. Counts the bytes it passed to write(2) (flash wear).
class SystemFiles final : public FileSystem {
public:
    Result<std::string> read(const std::string& path, std::size_t max_bytes) override;
    Result<FileInfo> info(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& folder) override;
    Result<std::string> read_link(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    Result<void> may_change(const std::string& folder) override;
    Result<void> create(const std::string& path, std::string_view data, std::uint32_t mode,
                        std::uint32_t group) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> make_symlink(const std::string& target, const std::string& path) override;
    Result<void> make_folder(const std::string& path, std::uint32_t mode) override;
    Result<void> remove_file(const std::string& path) override;
    Result<void> remove_folder(const std::string& path) override;
    Result<void> sync_folder(const std::string& path) override;

    static std::uint64_t bytes_written();  // of this process
};

}  // namespace postern
