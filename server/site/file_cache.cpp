#include "server/site/file_cache.h"

#include <algorithm>

namespace postern::site {
namespace {

// Of the map's node, the two Prebuilts and their blocks, about.
constexpr std::size_t kOverhead = 512;

std::size_t size_of(const Variant& file) { return kOverhead + file.content->bytes.size() + file.not_modified->bytes.size(); }

std::size_t cost_of(const CachedFile& file) {
    std::size_t cost = size_of(file);
    for (const auto& packed : file.packed) cost += packed ? size_of(*packed) : 0;
    return cost;
}

}  // namespace

CachedFile* FileCache::find(std::uint32_t root, std::string_view path) {
    const auto found = entries_.find(KeyView{root, path});
    if (found == entries_.end()) return nullptr;
    found->second.last_used = ++uses_;
    return &found->second.file;
}

CachedFile* FileCache::put(std::uint32_t root, std::string_view path, CachedFile file) {
    erase(root, path);
    const std::size_t cost = path.size() + cost_of(file);
    if (cost > most_bytes_ || most_files_ == 0) return nullptr;
    while (bytes_ + cost > most_bytes_ || entries_.size() >= most_files_) drop_oldest();
    bytes_ += cost;
    const auto added = entries_.emplace(Key{root, std::string(path)}, Entry{std::move(file), ++uses_, cost}).first;
    return &added->second.file;
}

bool FileCache::grown(std::uint32_t root, std::string_view path) {
    const auto found = entries_.find(KeyView{root, path});
    if (found == entries_.end()) return false;
    const std::size_t cost = path.size() + cost_of(found->second.file);
    bytes_ += cost - found->second.cost;
    found->second.cost = cost;
    found->second.last_used = ++uses_;
    while (bytes_ > most_bytes_) drop_oldest();
    return entries_.find(KeyView{root, path}) != entries_.end();
}

void FileCache::erase(std::uint32_t root, std::string_view path) {
    const auto found = entries_.find(KeyView{root, path});
    if (found != entries_.end()) drop(found);
}

void FileCache::drop(Entries::iterator entry) {
    bytes_ -= entry->second.cost;
    entries_.erase(entry);
}

// Walks over all of them: they are few, and reading the file that needs the room costs more.
void FileCache::drop_oldest() {
    drop(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return a.second.last_used < b.second.last_used;
    }));
}

}  // namespace postern::site
