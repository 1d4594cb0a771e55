// A FileSystem in memory with faults on demand: a system call that fails at step N, a power cut at step N, a full disk.
// The loop that house rule 32 asks for:
//   for (int n = 1;; ++n) {
//       FakeFiles files = prepared;  files.power_cut_at(n);
//       const auto done = operation(files);
//       for (FakeFiles& after : files.after_power_loss()) CHECK(reads_as_old_or_new(after));
//       if (!files.fault_hit()) break;
//   }
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server/base/files.h"
#include "tests/fakes/fake_disk.h"

namespace postern::fakes {

// Copies are independent. Not thread-safe.
class FakeFiles final : public FileSystem {
public:
    Result<std::string> read(const std::string& path, std::size_t max_bytes) override;
    Result<FileInfo> info(const std::string& path) override;
    Result<std::vector<std::string>> list(const std::string& folder) override;
    Result<std::string> read_link(const std::string& path) override;
    Result<std::uint64_t> free_bytes(const std::string& path) override;
    Result<void> may_change(const std::string& folder) override;
    Result<void> create(const std::string& path, std::string_view data, std::uint32_t mode,
                        std::uint32_t group = kKeepGroup) override;
    Result<void> rename(const std::string& from, const std::string& to) override;
    Result<void> make_symlink(const std::string& target, const std::string& path) override;
    Result<void> make_folder(const std::string& path, std::uint32_t mode) override;
    Result<void> remove_file(const std::string& path) override;
    Result<void> remove_folder(const std::string& path) override;
    Result<void> sync_folder(const std::string& path) override;

    // Steps are counted from the last call of any of these, from 1. create() takes four: open, write, write the second
    // half, fsync; everything else takes one.
    void fail_at(int step, int number);  // that step fails with this errno, later ones work
    void power_cut_at(int step);         // that step does not happen, nor anything after it
    void no_fault();
    int steps() const { return steps_; }
    bool fault_hit() const { return hit_; }
    std::vector<FakeFiles> after_power_loss() const;  // each as after a reboot, without faults
    FakeFiles after_power_loss(const std::function<std::size_t(std::size_t)>& pick) const;  // see FakeDisk
    void write_back() { disk_.write_back(); }

    // Setting the stage: durable, without steps; parents are made with mode 0755.
    void put(const std::string& path, std::string data, std::uint32_t mode = 0600);
    void put_link(const std::string& path, std::string target);
    void put_folder(const std::string& path);
    void deny(const std::string& path, int number) { denied_[path] = number; }  // every use of it fails, 0: no more
    void set_free(std::uint64_t bytes) { free_ = bytes; }                       // create() spends it, ENOSPC after
    void set_time(std::int64_t seconds) { now_ = seconds; }                     // mtime of what is written from now on

    std::map<std::string, std::string> tree() const { return disk_.tree(); }  // see FakeDisk::tree
    std::uint32_t group_of(const std::string& path) const;
    std::uint64_t bytes_written() const { return written_; }

private:
    Result<void> step(const std::string& path);
    Result<void> usable(const std::string& path) const;
    Result<FakeDisk::Id> find(const std::string& path, bool follow_last) const;
    Result<FakeDisk::Id> free_place(const std::string& path) const;
    Result<void> fill(FakeDisk::Id file, const std::string& path, std::string_view data);
    FakeDisk::Id parents_of(const std::string& path);
    Result<void> add(const std::string& path, FakeDisk::Node node);

    FakeDisk disk_;
    int steps_ = 0, fail_at_ = 0, fail_number_ = 0, cut_at_ = 0;
    bool hit_ = false, dead_ = false;
    std::map<std::string, int> denied_;
    std::uint64_t free_ = std::uint64_t{1} << 30;
    std::uint64_t written_ = 0;
    std::int64_t now_ = 1795219200;
};

}  // namespace postern::fakes
