#include "firmware/checks/state_look.h"

#include <cerrno>

namespace postern::checks {

namespace {

constexpr char kFile[] = "/.preflight.tmp";
constexpr std::size_t kSize = 8192;  // as much as a chain with its key

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == path.npos ? "/" : path.substr(0, slash);
}

}  // namespace

acme::preflight::StateSight look_at_state(FileSystem& files, const std::string& folder, const std::string& user) {
    acme::preflight::StateSight sight;
    sight.path = folder;
    sight.user = user;
    const auto there = files.info(folder);
    sight.there = there.ok();
    std::string nearest = folder;
    while (nearest != "/" && !files.info(nearest).ok()) nearest = parent_of(nearest);
    if (const auto room = files.free_bytes(nearest)) sight.free_bytes = *room;
    if (!there.ok() && there.error().number() != ENOENT) {
        sight.failure = there.error().text();
        sight.number = there.error().number();
    }
    if (!sight.there) return sight;  // who makes it is not yet who writes into it
    const std::string path = folder + kFile;
    (void)files.remove_file(path);  // of a look that was cut short; if it stays, create() says so
    auto written = files.create(path, std::string(kSize, '.'), 0600);
    if (written.ok()) written = files.remove_file(path);
    if (!written.ok()) {
        sight.failure = written.error().text();
        sight.number = written.error().number();
    }
    return sight;
}

}  // namespace postern::checks
