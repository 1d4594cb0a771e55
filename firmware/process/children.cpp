#include "firmware/process/children.h"

#include <sys/wait.h>

#include <mutex>
#include <set>

namespace postern::process {

namespace {

struct Children {
    std::mutex mutex;  // held over a start, too: nobody buries what is not noted yet
    std::set<pid_t> awaited;
};

Children& children() {
    static Children all;
    return all;
}

}  // namespace

int start_child(const std::function<int(pid_t&)>& spawn, pid_t& child) {
    Children& all = children();
    std::lock_guard<std::mutex> hold(all.mutex);
    const int failure = spawn(child);
    if (failure == 0) all.awaited.insert(child);
    return failure;
}

void forget_child(pid_t child) {
    Children& all = children();
    std::lock_guard<std::mutex> hold(all.mutex);
    all.awaited.erase(child);
}

void bury_orphans() {
    Children& all = children();
    std::lock_guard<std::mutex> hold(all.mutex);
    for (;;) {
        siginfo_t one{};
        if (waitid(P_ALL, 0, &one, WEXITED | WNOHANG | WNOWAIT) != 0 || one.si_pid == 0) return;
        if (all.awaited.count(one.si_pid) > 0) return;
        if (waitpid(one.si_pid, nullptr, WNOHANG) != one.si_pid) return;
    }
}

}  // namespace postern::process
