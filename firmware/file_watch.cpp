#include "firmware/file_watch.h"

#include <limits.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <set>
#include <utility>

#include "server/base/thread.h"
#include "server/base/unique_fd.h"
#include "server/net/wakeup.h"

namespace postern {

namespace {

constexpr int kQuiet = 1;          // milliseconds without a change, then it is over
constexpr int kAtOnce = 5;         // changes that are told so; of those that follow each wait is twice as long as the one before
constexpr int kMostQuiet = 300;
constexpr int kCalm = 1000;        // milliseconds without one, and the next is told as fast as the first
constexpr std::chrono::seconds kLongestWait(5);  // who writes without end is not waited for
constexpr int kMostLinks = 40;     // as the kernel
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;

std::string link_at(const std::string& path) {
    std::array<char, PATH_MAX> room;
    const ssize_t size = readlink(path.c_str(), room.data(), room.size());
    return size > 0 ? std::string(room.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string working_folder() {
    std::array<char, PATH_MAX> room;
    return getcwd(room.data(), room.size()) != nullptr ? room.data() : "";
}

}  // namespace

std::vector<std::string> folders_to_watch(const std::string& path) {
    std::set<std::string> folders;
    std::string done, rest = path;
    if (path.front() != '/') rest.insert(0, working_folder() + "/");
    int links = 0;
    while (!rest.empty()) {
        const std::size_t begin = rest.find_first_not_of('/');
        if (begin == rest.npos) break;
        const std::size_t end = std::min(rest.find('/', begin), rest.size());
        const std::string name = rest.substr(begin, end - begin);
        rest.erase(0, end);
        const std::string here = done.empty() ? "/" : done;
        std::string at = done;
        (at += "/") += name;
        const std::string to = link_at(at);
        if (!to.empty() && ++links <= kMostLinks) {
            folders.insert(here);
            rest.insert(0, to);
            if (to.front() == '/') done.clear();
            continue;
        }
        if (name == "..") {
            done.erase(std::min(done.rfind('/'), done.size()));
            continue;
        }
        if (rest.find_first_not_of('/') == rest.npos) folders.insert(here);
        if (name != ".") done = at;
    }
    return {folders.begin(), folders.end()};
}

struct FileWatch::Impl {
    Impl(UniqueFd inotify, net::Wakeup end, std::vector<std::string> of) : fd(std::move(inotify)), ending(std::move(end)), paths(std::move(of)) {}

    void watch_all(Log& log);
    int watch(std::string folder, Log& log);
    bool wait(int milliseconds);  // true: something happened
    bool swallow();

    UniqueFd fd;
    net::Wakeup ending;
    std::vector<std::string> paths;
    std::set<int> watches;
    bool told = false, ended = false;
    Thread thread;
};

// Links may lead elsewhere by now: after each change once more. What stays keeps its watch; the others go, for one of them may
// be a folder as busy as /tmp.
void FileWatch::Impl::watch_all(Log& log) {
    std::set<std::string> wanted;
    for (const std::string& path : paths)
        for (std::string& folder : folders_to_watch(path)) wanted.insert(std::move(folder));
    std::set<int> before;
    before.swap(watches);
    for (const std::string& folder : wanted)
        if (const int one = watch(folder, log); one >= 0) watches.insert(one);
    for (const int one : before)
        if (watches.count(one) == 0) (void)inotify_rm_watch(fd.get(), one);  // that of a folder which is gone went with it
}

// A folder that is not there: the nearest above it that is, in which it will come to be.
int FileWatch::Impl::watch(std::string folder, Log& log) {
    for (;;) {
        const int added = inotify_add_watch(fd.get(), folder.c_str(), kEvents | IN_ONLYDIR);
        if (added >= 0) return added;
        const bool gone = errno == ENOENT || errno == ENOTDIR;
        if (!gone && !std::exchange(told, true))
            log.warn("files_unwatched", {{"folder", folder}, {"why", Error::system("inotify_add_watch", errno).text()}});
        const std::size_t slash = folder.rfind('/');
        if (!gone || folder == "/" || slash == folder.npos) return -1;
        folder.erase(std::max<std::size_t>(slash, 1));
    }
}

bool FileWatch::Impl::swallow() {
    alignas(inotify_event) std::array<char, 4096> room;
    bool any = false;
    while (read(fd.get(), room.data(), room.size()) > 0) any = true;
    return any;
}

bool FileWatch::Impl::wait(int milliseconds) {
    std::array<pollfd, 2> asked{{{fd.get(), POLLIN, 0}, {ending.fd(), POLLIN, 0}}};
    (void)poll(asked.data(), asked.size(), milliseconds);
    ended = ended || asked[1].revents != 0;
    return !ended && swallow();
}

FileWatch::FileWatch(Log& log, std::function<void()> changed) : log_(log), changed_(std::move(changed)) {}

FileWatch::~FileWatch() { set_paths({}); }

void FileWatch::set_paths(std::vector<std::string> paths) {
    if (impl_) {
        impl_->ending.wake();
        impl_.reset();  // joins
    }
    if (paths.empty()) return;
    UniqueFd inotify(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    auto ending = net::Wakeup::open();
    if (!inotify || !ending) {
        log_.warn("files_unwatched", {{"why", inotify ? ending.error().text() : Error::system("inotify_init1", errno).text()}});
        return;
    }
    impl_ = std::make_unique<Impl>(std::move(inotify), std::move(*ending), std::move(paths));
    impl_->watch_all(log_);
    auto thread = Thread::start([this, impl = impl_.get()] {
        int quiet = kQuiet, told_at_once = 0;
        while (!impl->ended) {
            if (!impl->wait(told_at_once > 0 ? kCalm : -1)) {
                quiet = kQuiet;
                told_at_once = 0;
                continue;
            }
            const auto end = std::chrono::steady_clock::now() + kLongestWait;
            while (std::chrono::steady_clock::now() < end && impl->wait(quiet)) continue;
            if (impl->ended) return;
            impl->watch_all(log_);
            impl->watch_all(log_);  // what came to be between a look for it and the watch above it
            changed_();
            if (++told_at_once >= kAtOnce) quiet = std::min(quiet * 2, kMostQuiet);
        }
    });
    if (thread) impl_->thread = std::move(*thread);
    else log_.warn("files_unwatched", {{"why", thread.error().text()}});
}

}  // namespace postern
