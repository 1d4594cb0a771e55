#include "server/site/file_cache.h"

#include <algorithm>

namespace postern::site {
namespace {

// Of the map's node, the two Prebuilts and their blocks, about.
constexpr std::size_t kOverhead = 512;
constexpr std::size_t kHeads = 2048;  // of both responses, at the most

std::size_t size_of(const Variant& file) { return kOverhead + file.content->bytes.size() + file.not_modified->bytes.size(); }

std::size_t cost_of(const CachedFile& file) {
    std::size_t cost = size_of(file);
    for (const auto& packed : file.packed) cost += packed ? size_of(*packed) : 0;
    return cost;
}

// Some answer under way sends it.
bool is_held(const std::shared_ptr<const http::Prebuilt>& content) { return content.use_count() > 1; }

bool is_held(const CachedFile& file) {
    const auto held = [](const std::shared_ptr<const Variant>& packed) { return packed && (packed.use_count() > 1 || is_held(packed->content)); };
    return is_held(file.content) || std::any_of(file.packed.begin(), file.packed.end(), held);
}

}  // namespace

std::size_t FileCache::cost_of_size(std::uint64_t size) { return kOverhead + kHeads + static_cast<std::size_t>(size); }

CachedFile* FileCache::find(std::uint32_t root, std::string_view path) {
    const auto found = entries_.find(KeyView{root, path});
    if (found == entries_.end()) return nullptr;
    found->second.last_used = ++uses_;
    return &found->second.file;
}

CachedFile* FileCache::put(std::uint32_t root, std::string_view path, CachedFile file) {
    erase(root, path);
    const std::size_t cost = path.size() + cost_of(file);
    if (!make_room(cost, 1)) return nullptr;
    bytes_ += cost;
    const auto added = entries_.emplace(Key{root, std::string(path)}, Entry{std::move(file), ++uses_, cost}).first;
    return &added->second.file;
}

bool FileCache::make_room(std::size_t bytes, std::size_t files) {
    if (bytes > most_bytes_ || files > most_files_) return false;
    const auto fits = [&] { return bytes_ + bytes <= most_bytes_ && entries_.size() + files <= most_files_; };
    if (fits()) return true;
    forget_gone();
    if (!could_fit(bytes, files)) return false;  // and nobody goes in vain
    while (!fits()) drop_oldest();
    return true;
}

bool FileCache::could_fit(std::size_t bytes, std::size_t files) const {
    std::size_t free_bytes = 0, free_files = 0;
    for (const auto& [key, entry] : entries_) {
        if (is_held(entry.file)) continue;
        free_bytes += entry.cost;
        ++free_files;
    }
    return bytes_ - free_bytes + bytes <= most_bytes_ && entries_.size() - free_files + files <= most_files_;
}

void FileCache::grown(std::uint32_t root, std::string_view path) {
    const auto found = entries_.find(KeyView{root, path});
    if (found == entries_.end()) return;
    const std::size_t cost = path.size() + cost_of(found->second.file);
    bytes_ += cost - found->second.cost;
    found->second.cost = cost;
    found->second.last_used = ++uses_;
}

void FileCache::erase(std::uint32_t root, std::string_view path) {
    const auto found = entries_.find(KeyView{root, path});
    if (found != entries_.end()) drop(found);
}

void FileCache::drop(Entries::iterator entry) {
    bytes_ -= entry->second.cost;
    keep_count(entry->second.file.content);
    for (const auto& packed : entry->second.file.packed)
        if (packed) keep_count(packed->content);
    entries_.erase(entry);
}

void FileCache::keep_count(const std::shared_ptr<const http::Prebuilt>& content) {
    if (!is_held(content)) return;
    leaving_.push_back({content, kOverhead + content->bytes.size()});
    bytes_ += leaving_.back().cost;
}

void FileCache::forget_gone() {
    std::erase_if(leaving_, [this](const Leaving& one) {
        if (!one.content.expired()) return false;
        bytes_ -= one.cost;
        return true;
    });
}

// Of those that are not held; there is one. Walks over all of them: they are few, and reading the file that needs the room costs more.
void FileCache::drop_oldest() {
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
        const bool older = oldest == entries_.end() || at->second.last_used < oldest->second.last_used;
        if (older && !is_held(at->second.file)) oldest = at;
    }
    drop(oldest);
}

}  // namespace postern::site
