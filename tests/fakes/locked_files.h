// A FileSystem for several threads at once, as the real one is: each step of it alone, over a fake that is for one.
#pragma once

#include <mutex>

#include "server/base/files.h"

namespace postern::fakes {

// Outlived by `files`, which nobody else uses while threads run.
class LockedFiles final : public FileSystem {
public:
    explicit LockedFiles(FileSystem& files) : files_(files) {}

    // For what a test does to `files` meanwhile.
    template <typename Step>
    auto alone(Step step) {
        const std::lock_guard lock(mutex_);
        return step();
    }

    Result<std::string> read(const std::string& path, std::size_t max_bytes) override {
        return alone([&] { return files_.read(path, max_bytes); });
    }
    Result<FileInfo> info(const std::string& path) override {
        return alone([&] { return files_.info(path); });
    }
    Result<std::vector<std::string>> list(const std::string& folder) override {
        return alone([&] { return files_.list(folder); });
    }
    Result<std::string> read_link(const std::string& path) override {
        return alone([&] { return files_.read_link(path); });
    }
    Result<std::uint64_t> free_bytes(const std::string& path) override {
        return alone([&] { return files_.free_bytes(path); });
    }
    Result<void> may_change(const std::string& folder) override {
        return alone([&] { return files_.may_change(folder); });
    }
    Result<void> create(const std::string& path, std::string_view data, std::uint32_t mode, std::uint32_t group) override {
        return alone([&] { return files_.create(path, data, mode, group); });
    }
    Result<void> rename(const std::string& from, const std::string& to) override {
        return alone([&] { return files_.rename(from, to); });
    }
    Result<void> make_symlink(const std::string& target, const std::string& path) override {
        return alone([&] { return files_.make_symlink(target, path); });
    }
    Result<void> make_folder(const std::string& path, std::uint32_t mode) override {
        return alone([&] { return files_.make_folder(path, mode); });
    }
    Result<void> remove_file(const std::string& path) override {
        return alone([&] { return files_.remove_file(path); });
    }
    Result<void> remove_folder(const std::string& path) override {
        return alone([&] { return files_.remove_folder(path); });
    }
    Result<void> sync_folder(const std::string& path) override {
        return alone([&] { return files_.sync_folder(path); });
    }

private:
    FileSystem& files_;
    std::mutex mutex_;
};

}  // namespace postern::fakes
