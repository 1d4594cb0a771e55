// Signals and privileges, on the real system: what is lasting happens in a child process.
#include <doctest.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "firmware/process/other_user.h"
#include "firmware/process/privileges.h"
#include "firmware/process/signals.h"

using namespace postern;
using namespace postern::process;

namespace {

// What `work` returns, done by a child; -1 when it did not end by itself.
int in_child(int (*work)()) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) _exit(work());
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int receive_signals() {
    (void)std::signal(SIGCHLD, SIG_IGN);  // as a careless parent may have left it
    const auto signals = Signals::open();
    if (!signals.ok()) return 1;
    if (std::signal(SIGCHLD, SIG_DFL) != SIG_DFL) return 7;  // else nobody learns how a hook ended
    if (signals->take()) return 2;  // nothing yet, and it does not block
    kill(getpid(), SIGHUP);
    if (signals->take() != Wish::kReload) return 3;
    kill(getpid(), SIGTERM);
    if (signals->take() != Wish::kStop) return 4;
    kill(getpid(), SIGINT);
    if (signals->take() != Wish::kStop) return 5;
    kill(getpid(), SIGPIPE);
    return signals->take() ? 6 : 0;
}

int harden_self() {
    if (!harden().ok()) return 1;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return 2;
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 3;
    return umask(0) == 027 ? 0 : 4;
}

int raise_limit() {
    rlimit low{};
    if (getrlimit(RLIMIT_NOFILE, &low) != 0) return 1;
    low.rlim_cur = 64;
    if (low.rlim_max > 128) low.rlim_max = 128;
    if (setrlimit(RLIMIT_NOFILE, &low) != 0) return 2;
    const auto limit = raise_file_limit();
    return limit.ok() && *limit == low.rlim_max ? 0 : 3;
}

int become_nobody() {
    if (!become(65534, 65533).ok()) return 1;
    if (getuid() != 65534 || geteuid() != 65534 || getgid() != 65533 || getegid() != 65533) return 2;
    gid_t groups[8];
    if (getgroups(8, groups) != 1 || groups[0] != 65533) return 3;
    if (setuid(0) == 0) return 4;
    return must_become_somebody() ? 5 : 0;
}

int become_without_right() { return become(getuid() + 1, getgid()).ok() ? 1 : 0; }

int become_root() { return become(0, 0).ok() ? 1 : 0; }

}  // namespace

TEST_CASE("signals arrive as wishes") { CHECK(in_child(receive_signals) == 0); }

TEST_CASE("a hardened process keeps its memory to itself") { CHECK(in_child(harden_self) == 0); }

TEST_CASE("the limit on open files goes up to the hard one") { CHECK(in_child(raise_limit) == 0); }

TEST_CASE("root becomes somebody for good, anybody else cannot") {
    CHECK(must_become_somebody() == (geteuid() == 0 && getpid() != 1));
    if (geteuid() == 0) {
        CHECK(in_child(become_nobody) == 0);
        CHECK(in_child(become_root) == 0);  // refused: the way back is open
    } else {
        CHECK(in_child(become_without_right) == 0);
    }
}

namespace {

// A folder for root to close parts of, which anybody may enter.
struct Rooms {
    Rooms() {
        REQUIRE(mkdtemp(top) != nullptr);
        chmod(top, 0755);
        for (const std::string folder : {"/open", "/closed", "/closed/inner"}) mkdir((top + folder).c_str(), 0755);
        for (const std::string file : {"/open/all", "/open/root", "/closed/inner/all"}) {
            const int fd = creat((top + file).c_str(), 0644);
            close(fd);
        }
        chmod((top + std::string("/open/root")).c_str(), 0600);
        chmod((top + std::string("/closed")).c_str(), 0700);
        CHECK(symlink("closed/inner", (top + std::string("/link")).c_str()) == 0);
    }
    ~Rooms() { std::filesystem::remove_all(top); }
    std::string at(const std::string& path) const { return top + path; }
    char top[32] = "/tmp/postern-rooms-XXXXXX";
};

constexpr std::uint32_t kSomebody = 65534;

}  // namespace

TEST_CASE("what another user cannot read is found, and what is in the way") {
    if (geteuid() != 0) return;  // only root can try
    const Rooms rooms;
    const auto barred = what_bars(kSomebody, kSomebody,
                                  {{rooms.at("/open"), true}, {rooms.at("/open/all"), false}, {rooms.at("/open/root"), false},
                                   {rooms.at("/closed"), true}, {rooms.at("/closed/inner"), true},
                                   {rooms.at("/closed/inner/all"), false}, {rooms.at("/link/all"), false},
                                   {rooms.at("/open/none"), false}});
    REQUIRE(barred.ok());
    std::string text;
    for (const Barred& one : *barred) text += std::to_string(one.wanted) + one.by.substr(rooms.at("").size()) + (one.itself ? "! " : " ");
    CHECK(text == "2/open/root! 3/closed! 4/closed 5/closed 6/closed 7/open/none! ");
    CHECK(barred->front().number == EACCES);
    CHECK(geteuid() == 0);
}

TEST_CASE("nobody is asked when we are not root") {
    if (geteuid() == 0) return;
    CHECK_FALSE(what_bars(kSomebody, kSomebody, {{"/", true}}).ok());
}
