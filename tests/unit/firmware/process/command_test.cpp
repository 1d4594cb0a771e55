// Commands of the owner's, on the real system: how each kind of end is told, and that nothing of ours reaches them.
#include "firmware/process/command.h"

#include <doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "server/base/text.h"

using namespace postern;
using namespace postern::process;
using How = CommandEnd::How;

namespace {

// Time that runs faster for the command's limits than for the command: nobody waits for minutes here.
class HastyClock final : public Clock {
public:
    explicit HastyClock(int haste) : haste_(haste) {}
    WallTime wall() const override { return real_.wall(); }
    SteadyTime steady() const override { return SteadyTime((real_.steady().time_since_epoch()) * haste_); }

private:
    SystemClock real_;
    const int haste_;
};

struct Run {
    explicit Run(std::string line, Millis patience = Millis(60000), std::vector<std::string> environment = {"PATH=/usr/bin:/bin"},
                 int haste = 10)
        : clock(haste) {
        end = run_command({std::move(line), std::move(environment), patience}, clock, cancel,
                          [&](std::string_view text) { lines.emplace_back(text); });
    }
    std::string output() const { return join(lines, "|"); }

    HastyClock clock;
    Cancel cancel;
    std::vector<std::string> lines;
    CommandEnd end;
};

bool is_alive(const std::string& pid) { return kill(std::stoi(pid), 0) == 0; }

}  // namespace

TEST_CASE("a command's output, its status, and the words for it") {
    const Run good("echo one; echo two >&2; printf three");
    CHECK(good.end.how == How::kExited);
    CHECK(good.end.number == 0);
    CHECK(good.output() == "one|two|three");
    CHECK(trouble_of(good.end).empty());
    CHECK(good.end.dropped == 0);
    CHECK(trouble_of(Run("exit 3").end) == "exited with status 3");
    CHECK(trouble_of(Run("kill -9 $$").end) == "was ended by signal 9");
    CHECK(trouble_of(Run("/nowhere/to/be/found").end).find("not found (status 127)") != std::string::npos);
    CHECK(trouble_of(Run("/dev/null").end).find("could not be executed (status 126)") != std::string::npos);
}

TEST_CASE("nothing of ours reaches it: environment, descriptors, signals, session, terminal") {
    const int open_to_all = dup(STDERR_FILENO);  // as a careless parent would leave one: not close-on-exec
    REQUIRE(open_to_all >= 3);
    sigset_t term, before;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    REQUIRE(pthread_sigmask(SIG_BLOCK, &term, &before) == 0);
    const auto old = std::signal(SIGPIPE, SIG_IGN);
    CHECK(Run("env -u PWD -u OLDPWD -u SHLVL -u _ env | sort", Millis(60000), {"PATH=/usr/bin:/bin", "HOME=/h"}).output() ==
          "HOME=/h|PATH=/usr/bin:/bin");
    CHECK(Run("ls /proc/self/fd | tr '\\n' ' '").output() == "0 1 2 3 ");  // 3 is ls's own
    CHECK(Run("readlink /proc/self/fd/0").output() == "/dev/null");
    const std::string signals = Run("grep -E 'Sig(Blk|Ign)' /proc/self/status").output();
    CHECK(signals.find("SigBlk:\t0000000000000000|") == 0);
    CHECK(has_suffix(signals, "0000000"));  // libc keeps two of its own to itself, above these
    CHECK(Run("test $(cut -d' ' -f6 /proc/$$/stat) -eq $$ || echo other").output() == "");
    (void)std::signal(SIGPIPE, old);
    REQUIRE(pthread_sigmask(SIG_SETMASK, &before, nullptr) == 0);
    close(open_to_all);
}

TEST_CASE("what hangs is ended with its whole group, and so is what does not listen") {
    const Run hangs("echo $$; sleep 1000 & echo $!; wait", Millis(10000));
    CHECK(hangs.end.how == How::kTimedOut);
    REQUIRE(hangs.lines.size() == 2);
    CHECK_FALSE(is_alive(hangs.lines[0]));
    CHECK(trouble_of(hangs.end).find("still running") != std::string::npos);
    const Run deaf("trap '' TERM; echo $$; while :; do sleep 0.05; done", Millis(10000));
    CHECK(deaf.end.how == How::kTimedOut);
    CHECK_FALSE(is_alive(deaf.lines.at(0)));
}

TEST_CASE("what it leaves behind gets a moment, and is ended; a service of its own session is not") {
    const Run left("sleep 1000 & echo $!");
    CHECK(left.end.how == How::kExited);
    CHECK(left.end.left_behind);
    CHECK(trouble_of(left.end).find("left processes behind") != std::string::npos);
    const Run quick("(sleep 0.05; echo late) & echo early", Millis(60000), {"PATH=/usr/bin:/bin"}, 1);
    CHECK(quick.output() == "early|late");
    CHECK_FALSE(quick.end.left_behind);
    const Run service("setsid sh -c 'echo $$; exec sleep 1000 >/dev/null 2>&1' & sleep 0.05");
    CHECK_FALSE(service.end.left_behind);
    REQUIRE(service.lines.size() == 1);
    CHECK(is_alive(service.lines[0]));
    CHECK(kill(std::stoi(service.lines[0]), SIGKILL) == 0);
}

TEST_CASE("what floods is cut, and then ended") {
    const Run some("i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done");
    CHECK(some.end.how == How::kExited);
    CHECK(some.lines.size() == kCommandLines);
    CHECK(some.end.dropped > 1000);
    const Run endless("yes", Millis(600000));
    CHECK(endless.end.how == How::kFlooded);
    CHECK(endless.end.dropped >= kCommandRead - kCommandShown);
    CHECK(trouble_of(endless.end).find("16 MB") != std::string::npos);
    const Run wide("head -c 3000 /dev/zero | tr '\\0' x");
    CHECK(wide.lines.size() == 6);
    CHECK(wide.lines.front().size() == kCommandLine);
}

TEST_CASE("when the server stops it has little time left") {
    const HastyClock real(1), clock(10);
    Cancel cancel;
    cancel.now();
    const auto none = [](std::string_view) {};
    const CommandEnd quick = run_command({"exit 0", {"PATH=/bin"}, Millis(600000)}, real, cancel, none);
    CHECK(quick.how == How::kExited);
    const CommandEnd slow = run_command({"sleep 1000", {"PATH=/bin:/usr/bin"}, Millis(600000)}, clock, cancel, none);
    CHECK(slow.how == How::kStopped);
    CHECK(slow.took < Millis(20000));
}

TEST_CASE("every end has its words") {
    CHECK(trouble_of({How::kNotStarted, ENOENT}) == "could not be started: /bin/sh: No such file or directory");
    CHECK(trouble_of({How::kLost}) == "did not end, though it was killed");
    CHECK(trouble_of({How::kStopped}) == "was ended because the server stops");
    CHECK(trouble_of({How::kExited, 4, true}).find("status 4 and left processes behind") != std::string::npos);
}
