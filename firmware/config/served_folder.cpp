#include "firmware/config/served_folder.h"

#include "server/base/text.h"

namespace postern::config {

namespace {

bool holds(std::string_view folder, std::string_view path) {
    while (folder.size() > 1 && folder.back() == '/') folder.remove_suffix(1);
    return folder == "/" || path == folder || (has_prefix(path, folder) && path[folder.size()] == '/');
}

}  // namespace

std::string why_not_served(const std::string& folder, const std::string& state) {
    if (folder.empty() || state.empty()) return {};
    if (holds(folder, state)) return folder + " holds the state folder " + state + ", whose keys would be served; allowed: a folder apart from it";
    if (holds(state, folder)) return folder + " lies in the state folder " + state + "; allowed: a folder apart from it";
    return {};
}

}  // namespace postern::config
