// Whom we bury and whom not, with children that are real.
#include "firmware/process/children.h"

#include <doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <vector>

#include "firmware/process/command.h"

using namespace postern;
using namespace postern::process;

namespace {

int fork_one(pid_t& child) {
    child = fork();
    if (child == 0) _exit(7);
    return child > 0 ? 0 : errno;
}

void wait_for_its_end(pid_t child) {
    siginfo_t end{};
    REQUIRE(waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOWAIT) == 0);
}

bool is_buried(pid_t child) { return waitpid(child, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace

TEST_CASE("orphans are buried, and nobody for whom a thread waits") {
    pid_t orphan = 0, awaited = 0, later = 0;
    REQUIRE(fork_one(orphan) == 0);
    REQUIRE(start_child(fork_one, awaited) == 0);
    REQUIRE(fork_one(later) == 0);
    for (const pid_t child : {orphan, awaited, later}) wait_for_its_end(child);
    bury_orphans();
    CHECK(is_buried(orphan));
    int status = 0;
    CHECK(waitpid(awaited, &status, WNOHANG) == awaited);
    CHECK(WEXITSTATUS(status) == 7);
    forget_child(awaited);
    bury_orphans();
    CHECK(is_buried(later));
    CHECK(start_child([](pid_t&) { return ENOMEM; }, awaited) == ENOMEM);
}

TEST_CASE("commands of two threads and a burial do not take each other's ends") {
    SystemClock clock;
    Cancel cancel;
    std::vector<std::thread> threads;
    std::vector<int> wrong(3, 0);
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        threads.emplace_back([&, i] {
            for (int n = 0; n < 20; ++n) {
                const CommandEnd end = run_command({"exit " + std::to_string(10 + i), {"PATH=/usr/bin:/bin"}, Millis(30000)}, clock, cancel,
                                                   [](std::string_view) {});
                if (end.how != CommandEnd::How::kExited || end.number != static_cast<int>(10 + i)) ++wrong[i];
                bury_orphans();
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == std::vector<int>{0, 0, 0});
}
