#include "tests/fakes/fake_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>
#include <string_view>

namespace postern::fakes {

namespace {

constexpr int kLinksFollowed = 8;
constexpr std::size_t kAllSubsets = 6;

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    parts.reserve(8);
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) parts.push_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return parts;
}

std::vector<std::vector<bool>> subsets(std::size_t count) {
    std::vector<std::vector<bool>> sets;
    if (count <= kAllSubsets) {
        for (std::size_t bits = 0; bits < (std::size_t{1} << count); ++bits) {
            std::vector<bool> set(count);
            for (std::size_t i = 0; i < count; ++i) set[i] = (bits >> i & 1) != 0;
            sets.push_back(std::move(set));
        }
        return sets;
    }
    for (std::size_t i = 0; i <= count; ++i) {
        std::vector<bool> prefix(count), alone(count), without(count, true);
        std::fill_n(prefix.begin(), i, true);
        sets.push_back(std::move(prefix));
        if (i == count) break;
        alone[i] = true;
        without[i] = false;
        sets.push_back(std::move(alone));
        sets.push_back(std::move(without));
    }
    return sets;
}

void apply(std::map<std::string, FakeDisk::Id, std::less<>>& entries, const FakeDisk::Edit& edit) {
    if (edit.to == FakeDisk::kNone) {
        entries.erase(edit.name);
    } else {
        entries[edit.name] = edit.to;
    }
}

}  // namespace

FakeDisk::FakeDisk() {
    Node root;
    root.kind = FileInfo::Kind::kFolder;
    root.mode = 0755;
    nodes_.push_back(std::move(root));
}

FakeDisk::Id FakeDisk::walk(const std::string& path, bool follow_last, int links_left) const {
    const std::vector<std::string_view> parts = parts_of(path);
    std::vector<Id> trail = {0};  // for ".."
    trail.reserve(parts.size() + 1);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (node(trail.back()).kind != FileInfo::Kind::kFolder) return -ENOTDIR;
        if (parts[i] == ".") continue;
        if (parts[i] == "..") {
            if (trail.size() > 1) trail.pop_back();
            continue;
        }
        const auto& entries = node(trail.back()).entries;
        const auto entry = entries.find(parts[i]);
        if (entry == entries.end()) return -ENOENT;
        const Node& found = node(entry->second);
        const bool last = i + 1 == parts.size();
        if (found.kind != FileInfo::Kind::kSymlink || (last && !follow_last)) {
            trail.push_back(entry->second);
            continue;
        }
        if (links_left == 0) return -ELOOP;
        // The link's text takes the link's place and the walk starts over.
        std::string before;
        for (std::size_t k = 0; k < i; ++k) before.append("/").append(parts[k]);
        std::string next = found.data.starts_with("/") ? found.data : before + "/" + found.data;
        for (std::size_t k = i + 1; k < parts.size(); ++k) next.append("/").append(parts[k]);
        return walk(next, follow_last, links_left - 1);
    }
    return trail.back();
}

FakeDisk::Id FakeDisk::find(const std::string& path, bool follow_last) const {
    // A trailing slash or dot asks for what a link leads to, as with the system.
    const bool through = path.ends_with("/") || path.ends_with("/.");
    return walk(path, follow_last || through, kLinksFollowed);
}

FakeDisk::Id FakeDisk::parent_of(const std::string& path) const {
    const auto slash = path.rfind('/');
    const Id folder = find(slash == std::string::npos ? "/" : path.substr(0, slash + 1), true);
    if (folder >= 0 && node(folder).kind != FileInfo::Kind::kFolder) return -ENOTDIR;
    return folder;
}

std::string FakeDisk::last_part(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

FakeDisk::Id FakeDisk::add_node(Node node) {
    if (unused_.empty()) {
        nodes_.push_back(std::move(node));
        return static_cast<Id>(nodes_.size()) - 1;
    }
    const Id id = unused_.back();
    unused_.pop_back();
    this->node(id) = std::move(node);
    return id;
}

void FakeDisk::change(Change change) {
    for (const Edit& edit : change) apply(node(edit.folder).entries, edit);
    pending_.push_back(std::move(change));
}

void FakeDisk::sync_folder(Id folder) {
    // From the newest to the oldest: what touches the folder lasts, and so does every older change of the same names, or
    // it would come after the newer one in a survivor.
    std::set<std::pair<Id, std::string>> names;
    std::vector<Change> lasting, left;
    for (auto at = pending_.rbegin(); at != pending_.rend(); ++at) {
        const bool touches = std::any_of(at->begin(), at->end(), [&](const Edit& edit) {
            return edit.folder == folder || names.count({edit.folder, edit.name}) > 0;
        });
        (touches ? lasting : left).push_back(*at);
        if (!touches) continue;
        for (const Edit& edit : *at) names.insert({edit.folder, edit.name});
    }
    for (auto at = lasting.rbegin(); at != lasting.rend(); ++at) {
        for (const Edit& edit : *at) apply(node(edit.folder).lasting, edit);
    }
    pending_.assign(left.rbegin(), left.rend());
}

void FakeDisk::sync_all() {
    for (Node& each : nodes_) {
        each.lasting = each.entries;
        each.data_lasts = true;
    }
    pending_.clear();
}

void FakeDisk::write_back() {
    sync_all();
    std::vector<bool> used(nodes_.size(), false);
    std::vector<Id> left = {0};
    while (!left.empty()) {
        const Id id = left.back();
        left.pop_back();
        used[static_cast<std::size_t>(id)] = true;
        for (const auto& [name, below] : node(id).entries) left.push_back(below);
    }
    unused_.clear();
    for (std::size_t i = used.size(); i-- > 0;) {
        if (used[i]) continue;
        nodes_[i] = Node{};
        unused_.push_back(static_cast<Id>(i));
    }
}

bool FakeDisk::has_unsynced_data() const {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const Node& each) {
        return each.kind == FileInfo::Kind::kFile && !each.data_lasts && !each.data.empty();
    });
}

FakeDisk FakeDisk::survivor(const std::vector<bool>& kept, DataFate fate) const {
    FakeDisk after = *this;
    for (Node& each : after.nodes_) {
        each.entries = each.lasting;
        if (each.kind != FileInfo::Kind::kFile || each.data_lasts) continue;
        if (fate == DataFate::kLost) each.data.clear();
        if (fate == DataFate::kHalf) each.data.resize(each.data.size() / 2);
        if (fate == DataFate::kZeros) each.data.assign(each.data.size(), '\0');
    }
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        if (!kept[i]) continue;
        for (const Edit& edit : pending_[i]) apply(after.node(edit.folder).entries, edit);
    }
    after.sync_all();
    return after;
}

std::vector<FakeDisk> FakeDisk::after_power_loss() const {
    std::vector<DataFate> fates = {DataFate::kKept};
    if (has_unsynced_data()) fates = {DataFate::kKept, DataFate::kLost, DataFate::kHalf, DataFate::kZeros};
    std::vector<FakeDisk> disks;
    for (const std::vector<bool>& kept : subsets(pending_.size())) {
        for (DataFate fate : fates) disks.push_back(survivor(kept, fate));
    }
    return disks;
}

// All names or none of them are as likely as any of them: the two that real disks come nearest to.
FakeDisk FakeDisk::after_power_loss(const std::function<std::size_t(std::size_t)>& pick) const {
    const std::size_t how = pick(3);
    std::vector<bool> kept(pending_.size(), how == 1);
    for (std::size_t i = 0; how == 2 && i < kept.size(); ++i) kept[i] = pick(2) == 1;
    static constexpr DataFate kFates[] = {DataFate::kKept, DataFate::kLost, DataFate::kHalf, DataFate::kZeros};
    return survivor(kept, kFates[pick(4)]);
}

void FakeDisk::tree_below(Id folder, const std::string& path, std::map<std::string, std::string>& out) const {
    for (const auto& [name, id] : node(folder).entries) {
        const Node& each = node(id);
        const std::string full = std::string(path).append("/").append(name);
        char mode[16];
        (void)std::snprintf(mode, sizeof mode, "%o", each.mode);
        if (each.kind == FileInfo::Kind::kFile) out[full] = std::string("file ") + mode + " " + each.data;
        if (each.kind == FileInfo::Kind::kSymlink) out[full] = "link " + each.data;
        if (each.kind != FileInfo::Kind::kFolder) continue;
        out[full] = std::string("folder ") + mode;
        tree_below(id, full, out);
    }
}

std::map<std::string, std::string> FakeDisk::tree() const {
    std::map<std::string, std::string> out;
    tree_below(0, "", out);
    return out;
}

}  // namespace postern::fakes
