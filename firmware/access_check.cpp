#include "firmware/access_check.h"

#include <sys/stat.h>

#include "firmware/process/other_user.h"

namespace postern {

namespace {

// "mode 0700, owner root"
std::string rights_of(const std::string& path) {
    struct stat entry {};
    if (stat(path.c_str(), &entry) != 0) return "not there";
    std::string mode = "0000";
    for (int i = 0; i < 4; ++i) mode[static_cast<std::size_t>(3 - i)] = static_cast<char>('0' + ((entry.st_mode >> (3 * i)) & 7));
    return "mode " + mode + ", owner " + (entry.st_uid == 0 ? "root" : std::to_string(entry.st_uid));
}

std::string text_of(const config::NamedPath& named, const process::Barred& barred, const std::string& user) {
    std::string text = "root can read " + named.path + ", but not user " + user + ", whom the server becomes: ";
    text += barred.by + " is closed (" + rights_of(barred.by) + "); ";
    if (named.key == "certificate" && barred.itself) return text + "let that user alone read it: chown " + user + " " + barred.by;  // it may be a key
    text += "open it: chmod ";
    text += (named.folder || !barred.itself ? "o+x " : "o+r ") + barred.by;
    return text + (barred.itself ? ", or chown " + user + " " + barred.by : ", or choose another place");
}

}  // namespace

std::vector<config::Fault> access_faults(const config::Config& config) {
    if (!config.server.identity || config.paths.empty()) return {};
    std::vector<process::Wanted> wanted;
    for (const config::NamedPath& named : config.paths) wanted.push_back({named.path, named.folder});
    const auto [uid, gid] = *config.server.identity;
    const auto barred = process::what_bars(uid, gid, wanted);
    if (!barred.ok()) return {{config.file, 0, "server", "user", barred.error().text()}};
    std::vector<config::Fault> faults;
    for (const process::Barred& one : *barred) {
        const config::NamedPath& named = config.paths[one.wanted];
        faults.push_back({config.file, named.line, named.section, named.key, text_of(named, one, config.server.user)});
    }
    config::sort_by_line(faults);
    return faults;
}

}  // namespace postern
