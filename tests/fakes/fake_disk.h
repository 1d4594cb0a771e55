// A disk in memory that knows the difference between what programs see and what would survive a power cut. FakeFiles
// is the FileSystem on top of it; tests use that one.
// The model is harsher than most file systems: data lasts from fsync of the file on, a name from fsync of its folder on,
// and of what was not synced any part may survive without the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/files.h"

namespace postern::fakes {

class FakeDisk {
public:
    using Id = int;
    static constexpr Id kNone = -1;

    struct Node {
        FileInfo::Kind kind = FileInfo::Kind::kFile;
        std::uint32_t mode = 0;
        std::uint32_t group = 0;
        std::int64_t mtime = 0;
        std::string data;                     // of a file, or the target of a symlink
        bool data_lasts = false;              // fsynced since the last write
        std::map<std::string, Id, std::less<>> entries;  // of a folder, as programs see it
        std::map<std::string, Id, std::less<>> lasting;  // of a folder, as after a power cut
    };

    FakeDisk();

    // An existing thing by its path; a negative errno when there is none. Symlinks on the way are followed, the last one
    // only if asked.
    Id find(const std::string& path, bool follow_last) const;
    // The folder that holds (or would hold) the path's last part, or a negative errno.
    Id parent_of(const std::string& path) const;
    static std::string last_part(const std::string& path);

    Node& node(Id id) { return nodes_[static_cast<std::size_t>(id)]; }
    const Node& node(Id id) const { return nodes_[static_cast<std::size_t>(id)]; }
    Id add_node(Node node);

    // One indivisible change of names.
    struct Edit {
        Id folder;
        std::string name;
        Id to;  // kNone: the name goes away
    };
    using Change = std::vector<Edit>;
    void change(Change change);
    void sync_folder(Id folder);
    void sync_all();

    // What a reboot may find: every subset of the unsynced changes (for more than six: prefixes, each alone, each left
    // out), times the fates of unsynced data: kept, lost, half, zeros.
    std::vector<FakeDisk> after_power_loss() const;
    // One of them, drawn: pick(n) gives a number below n. For programs that live through many cuts.
    FakeDisk after_power_loss(const std::function<std::size_t(std::size_t)>& pick) const;
    // What a kernel does within half a minute, and room made: everything lasts, what no name leads to is forgotten.
    void write_back();

    // "/a/f" -> "file 600 TEXT", "/a" -> "folder 755", "/l" -> "link TARGET"
    std::map<std::string, std::string> tree() const;

private:
    enum class DataFate { kKept, kLost, kHalf, kZeros };

    Id walk(const std::string& path, bool follow_last, int links_left) const;
    bool has_unsynced_data() const;
    FakeDisk survivor(const std::vector<bool>& kept, DataFate fate) const;
    void tree_below(Id folder, const std::string& path, std::map<std::string, std::string>& out) const;

    std::vector<Node> nodes_;  // never shrinks: an unlinked node may come back in a survivor
    std::vector<Id> unused_;   // of nodes_, since the last write_back()
    std::vector<Change> pending_;
};

}  // namespace postern::fakes
