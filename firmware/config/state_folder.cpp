#include "firmware/config/state_folder.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace postern::config {

namespace {

// Of a state folder from its second start on; other ACME clients have some of them, none has all.
constexpr std::array<std::string_view, 6> kRooms = {"accounts", "archive", "jobs", "live", "selfsigned", "staging"};
// A first start that was cut short leaves these alone; a mounted file system brings the last.
constexpr std::array<std::string_view, 9> kBesides = {"lock", "control.sock", "lost+found",
                                                      "setup-token", ".setup-token.tmp", "admin.json", ".admin.json.tmp",
                                                      "audit.log", ".audit.log.tmp"};

template <typename Names>
bool holds(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string foreign_entry(FileSystem& files, const std::string& folder) {
    const auto entries = files.list(folder);
    if (!entries.ok()) return {};
    const bool ours = std::all_of(kRooms.begin(), kRooms.end(), [&](std::string_view room) { return holds(*entries, room); });
    if (ours) return {};  // whatever somebody put beside them
    for (const std::string& entry : *entries) {
        const std::string_view name = std::string_view(entry).substr(0, entry.find(".damaged-"));
        if (!holds(kRooms, name) && !holds(kBesides, name)) return entry;
    }
    return {};
}

}  // namespace postern::config
