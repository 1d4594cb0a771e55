// Small files as prebuilt responses, bounded in bytes and in number; the least recently used goes first. What answers under way
// still hold counts as long as they do: who takes them slowly, or not at all, makes files be read as they are sent, no more.
// One a loop, shared by its sites; without locks. Knows no file system: static_files decides what is still true.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/base/clock.h"
#include "server/base/limits.h"
#include "server/http/message.h"
#include "server/site/accept_encoding.h"
#include "server/site/file_stamp.h"

namespace postern::site {

// A file in one coding.
struct Variant {
    std::shared_ptr<const http::Prebuilt> content;       // the 200
    std::shared_ptr<const http::Prebuilt> not_modified;  // the 304
    FileFacts facts;
    FileStamp stamp;       // what the file looked like when it was read
};

struct CachedFile : Variant {
    std::array<std::shared_ptr<const Variant>, kPackedCodings> packed;  // by Coding; null where there is none
    bool may_pack = false;  // gzip is to be made of it when somebody takes that
    bool settled = false;  // all were old enough then that the next change must show in a stamp
    SteadyTime looked_at{};
};

class FileCache {
public:
    explicit FileCache(std::size_t most_bytes = limits::kCacheBytes, std::size_t most_files = limits::kCacheEntries)
        : most_bytes_(most_bytes), most_files_(most_files) {}

    // A number for a folder, so that the same path in two sites is two files.
    std::uint32_t new_root() { return next_root_++; }

    // Null when absent. Valid until the next put() or make_room(). No allocation.
    CachedFile* find(std::uint32_t root, std::string_view path);
    // For so many bytes and files more, while others go. False, and all stay: there is none to be had, for too much is held. What is held
    // does not go: whoever calls this for a part of an entry holds that.
    bool make_room(std::size_t bytes, std::size_t files);
    // Replaces what is there; the result as from find(), null when there is no room for it.
    CachedFile* put(std::uint32_t root, std::string_view path, CachedFile file);
    void erase(std::uint32_t root, std::string_view path);
    // What find() gave has become larger: it was made room for.
    void grown(std::uint32_t root, std::string_view path);
    // Of a file of this size in one coding, before it is read: at least what it will cost.
    static std::size_t cost_of_size(std::uint64_t size);

    std::size_t bytes() const { return bytes_; }
    std::size_t files() const { return entries_.size(); }

private:
    struct KeyView {
        std::uint32_t root;
        std::string_view path;
        bool operator==(const KeyView&) const = default;
    };
    struct Key {
        std::uint32_t root;
        std::string path;
        operator KeyView() const { return {root, path}; }  // NOLINT(google-explicit-constructor): one hash for both
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(const KeyView& key) const {
            return std::hash<std::string_view>()(key.path) ^ key.root;
        }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const KeyView& a, const KeyView& b) const { return a == b; }
    };
    struct Entry {
        CachedFile file;
        std::uint64_t last_used = 0;
        std::size_t cost = 0;
    };
    using Entries = std::unordered_map<Key, Entry, Hash, Equal>;

    // Gone from the list, but not from memory.
    struct Leaving {
        std::weak_ptr<const http::Prebuilt> content;
        std::size_t cost;
    };

    void drop(Entries::iterator entry);
    bool could_fit(std::size_t bytes, std::size_t files) const;
    void drop_oldest();
    void forget_gone();
    void keep_count(const std::shared_ptr<const http::Prebuilt>& content);

    Entries entries_;
    std::vector<Leaving> leaving_;
    std::size_t most_bytes_;
    std::size_t most_files_;
    std::size_t bytes_ = 0;
    std::uint64_t uses_ = 0;
    std::uint32_t next_root_ = 0;
};

}  // namespace postern::site
