#include "firmware/other_servers.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "acme/store/lock.h"
#include "firmware/admin_doors.h"
#include "firmware/console.h"
#include "server/base/text.h"
#include "server/base/unique_fd.h"

namespace postern {

namespace {

constexpr std::size_t kMost = 16;  // who runs more knows them
constexpr std::string_view kAccepting = "00010000";  // __SO_ACCEPTCON of the kernel: it listens

// A file of /proc tells no size, and SystemFiles reads what has one.
std::string read_proc(const char* path) {
    constexpr std::size_t kMostBytes = 4u << 20;
    const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
    std::string text;
    char buffer[16384];
    while (fd && text.size() < kMostBytes) {
        const ssize_t got = read(fd.get(), buffer, sizeof buffer);
        if (got <= 0) break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}

std::string process_of(const std::string& state) {
    const auto holder = acme::lock_holder(state + "/lock");
    return holder.ok() && *holder > 0 ? " (process " + std::to_string(*holder) + ")" : "";
}

}  // namespace

// "Num: RefCount Protocol Flags Type St Inode Path"
std::vector<std::string> listening_states(std::string_view sockets) {
    const std::string end = control_socket_path("");
    std::vector<std::string> states;
    for (const std::string_view line : split(sockets, '\n')) {
        const auto slash = line.find(" /");
        if (slash == line.npos || line.find(" " + std::string(kAccepting) + " ") > slash) continue;
        const std::string_view path = line.substr(slash + 1);
        if (!has_suffix(path, end) || states.size() == kMost) continue;
        std::string state(path.substr(0, path.size() - end.size()));
        if (std::find(states.begin(), states.end(), state) == states.end()) states.push_back(std::move(state));
    }
    return states;
}

std::string about_other_servers(const std::string& state) {
    std::string list;
    for (const std::string& other : listening_states(read_proc("/proc/net/unix"))) {
        if (other != state) list += (list.empty() ? "" : ", ") + one_line(other) + process_of(other);
    }
    if (list.empty()) return {};
    return "a server runs with the state folder " + list + "; if `state` was changed since it started, write the old one back, or "
           "name a file that has it: -c OLD";
}

}  // namespace postern
