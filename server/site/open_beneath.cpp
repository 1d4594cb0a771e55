#include "server/site/open_beneath.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string_view>

namespace postern::site {
namespace {

constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

// struct open_how of <linux/openat2.h>, which older headers do not have.
struct OpenHow {
    std::uint64_t flags = 0, mode = 0, resolve = 0;
};
constexpr std::uint64_t kNoMagicLinks = 0x02, kBeneath = 0x08;

#ifdef SYS_openat2
constexpr long kOpenat2 = SYS_openat2;
#else
constexpr long kOpenat2 = -1;  // answered ENOSYS
#endif

// A rename somewhere on the way makes the kernel give up with EAGAIN rather than guess.
constexpr int kTries = 4;

int open_by_kernel(int root, const char* path) {
    OpenHow how;
    how.flags = kFlags;
    how.resolve = kBeneath | kNoMagicLinks;
    long fd = -1;
    for (int i = 0; i < kTries; ++i) {
        fd = ::syscall(kOpenat2, root, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) break;
    }
    return static_cast<int>(fd);
}

}  // namespace

Opened open_beneath(int root, const std::string& path) {
    // Once the kernel has said that it has no such call it is not asked again.
    static std::atomic<bool> lacking{false};
    if (lacking.load(std::memory_order_relaxed)) return open_walking(root, path);
    Opened opened{UniqueFd(open_by_kernel(root, path.c_str())), 0};
    if (opened.fd) return opened;
    opened.error = errno;
    // EPERM too: some sandboxes say so of a call they do not know. The walk finds out what is really forbidden.
    if (opened.error != ENOSYS && opened.error != EPERM) return opened;
    if (opened.error == ENOSYS) lacking.store(true, std::memory_order_relaxed);
    return open_walking(root, path);
}

Opened open_walking(int root, const std::string& path) {
    UniqueFd folder;
    int at = root;
    std::string_view rest = path;
    for (std::size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
        const std::string name(rest.substr(0, slash));
        if (name == "." || name == "..") return {UniqueFd(), EXDEV};
        rest.remove_prefix(slash + 1);
        if (name.empty()) continue;
        UniqueFd next(::openat(at, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next) return {UniqueFd(), errno};
        folder = std::move(next);
        at = folder.get();
    }
    if (rest.empty() || rest == "." || rest == "..") return {UniqueFd(), EXDEV};
    Opened opened{UniqueFd(::openat(at, std::string(rest).c_str(), kFlags | O_NOFOLLOW)), 0};
    if (!opened.fd) opened.error = errno;
    return opened;
}

}  // namespace postern::site
