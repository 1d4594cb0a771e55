#include "firmware/process/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>

#include "firmware/process/children.h"
#include "server/base/files.h"
#include "server/base/text.h"
#include "server/base/unique_fd.h"

namespace postern::process {

namespace {

constexpr Millis kGlance(50);  // how soon an end is seen when the pipe does not tell: pidfd_open(2) is too new for routers
constexpr int kLeastFd = 3;

// Ours are all close-on-exec; those that whoever started us left open are made so.
void seal_inherited() {
    constexpr unsigned kSetCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC, Linux 5.11; older headers have no name for it
#ifdef SYS_close_range
    if (syscall(SYS_close_range, static_cast<unsigned>(kLeastFd), ~0u, kSetCloseOnExec) == 0) return;
#endif
    rlimit limit{};
    const int most = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1u << 20)) : 1024;
    for (int fd = kLeastFd; fd < most; ++fd)
        if (const int flags = fcntl(fd, F_GETFD); flags >= 0) (void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

struct Pipe {
    UniqueFd out, in;
};

// Neither end below 3, where the command's own standard descriptors will be.
Result<Pipe> make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return Error::system("a pipe", errno);
    Pipe low{UniqueFd(ends[0]), UniqueFd(ends[1])};
    Pipe pipe{UniqueFd(fcntl(ends[0], F_DUPFD_CLOEXEC, kLeastFd)), UniqueFd(fcntl(ends[1], F_DUPFD_CLOEXEC, kLeastFd))};
    if (!pipe.out || !pipe.in || fcntl(pipe.out.get(), F_SETFL, O_NONBLOCK) != 0) return Error::system("a pipe", errno);
    return pipe;
}

// posix_spawn's two objects, which must be destroyed.
struct SpawnPlan {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    SpawnPlan() {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&how);
    }
    ~SpawnPlan() {
        posix_spawnattr_destroy(&how);
        posix_spawn_file_actions_destroy(&files);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    int set(int output) {
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        int failure = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
            if (failure == 0) failure = posix_spawn_file_actions_adddup2(&files, output, fd);
        if (failure == 0) failure = posix_spawnattr_setsigmask(&how, &none);
        if (failure == 0) failure = posix_spawnattr_setsigdefault(&how, &all);
        const short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
        if (failure == 0) failure = posix_spawnattr_setflags(&how, flags);
        return failure;
    }
};

// 0, or errno.
int spawn(const CommandOrder& order, int output, pid_t& child) {
    std::string shell = "sh", option = "-c", line = order.line;
    char* const words[] = {shell.data(), option.data(), line.data(), nullptr};
    std::vector<std::string> texts = order.environment;
    std::vector<char*> environment;
    environment.reserve(texts.size() + 1);
    for (std::string& text : texts) environment.push_back(text.data());
    environment.push_back(nullptr);
    SpawnPlan plan;
    if (const int failure = plan.set(output); failure != 0) return failure;
    seal_inherited();
    return posix_spawn(&child, "/bin/sh", &plan.files, &plan.how, words, environment.data());
}

// Cuts what comes into lines and hands on as much as is wanted.
class Lines {
public:
    explicit Lines(const std::function<void(std::string_view)>& take) : take_(take) {}

    void add(std::string_view bytes) {
        seen_ += bytes.size();
        const std::size_t room = count_ < kCommandLines ? kCommandShown - shown_ : 0;
        const std::string_view wanted = bytes.substr(0, std::min(bytes.size(), room));
        shown_ += wanted.size();
        dropped_ += bytes.size() - wanted.size();
        for (const char c : wanted) {
            if (c == '\n' || line_.size() == kCommandLine) flush();
            if (c != '\n') line_ += c;
        }
    }
    void flush() {
        if (line_.empty()) return;
        if (count_ < kCommandLines) take_(line_);
        else dropped_ += line_.size();
        ++count_;
        line_.clear();
    }
    std::size_t seen() const { return seen_; }
    std::size_t dropped() const { return dropped_; }

private:
    const std::function<void(std::string_view)>& take_;
    std::string line_;
    std::size_t seen_ = 0, shown_ = 0, dropped_ = 0, count_ = 0;
};

std::string read_small(const std::string& path) {
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char text[512];
    const ssize_t got = fd ? read(fd.get(), text, sizeof text) : -1;
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
}

// "PID (NAME) STATE PPID PGRP ...", where NAME may hold anything (proc(5)).
bool is_living_member(const std::string& stat, pid_t group) {
    const auto fields = split(std::string_view(stat).substr(std::min(stat.rfind(')'), stat.size())), ' ');
    return fields.size() > 3 && fields[1] != "Z" && fields[3] == std::to_string(group);
}

// What has ended counts for kill(2) until its parent takes notice, and some of those who are process 1 are slow at that.
bool has_living_member(pid_t group) {
    SystemFiles files;
    const auto names = files.list("/proc");
    if (!names.ok()) return true;  // as kill(2) said
    return std::any_of(names->begin(), names->end(), [&](const std::string& name) {
        if (!is_digit(name.front())) return false;
        const auto stat = read_small("/proc/" + name + "/stat");
        return is_living_member(stat, group);
    });
}

class Running {
public:
    Running(pid_t child, UniqueFd out, const Clock& clock, const std::function<void(std::string_view)>& take)
        : child_(child), out_(std::move(out)), clock_(clock), lines_(take) {}

    CommandEnd follow(Millis patience, const Cancel& cancel);

private:
    using How = CommandEnd::How;
    bool ended();       // reaps it; then end_ says how
    bool group_left() const;
    void read_for(Millis most);
    bool wait_until_gone(Millis most);
    void end_group();
    void clear_up();

    const pid_t child_;
    UniqueFd out_;
    const Clock& clock_;
    Lines lines_;
    CommandEnd end_;
    bool reaped_ = false;
};

bool Running::ended() {
    if (reaped_) return true;
    int status = 0;
    const pid_t got = waitpid(child_, &status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) return false;
    reaped_ = true;
    if (got < 0) end_.how = How::kLost;
    else if (WIFEXITED(status)) end_ = {How::kExited, WEXITSTATUS(status)};
    else end_ = {How::kSignalled, WTERMSIG(status)};
    return true;
}

// As process 1 of a container its orphans become ours: those that ended are buried first, or they would count.
bool Running::group_left() const {
    while (waitpid(-child_, nullptr, WNOHANG) > 0) continue;
    return (kill(-child_, 0) == 0 || errno == EPERM) && has_living_member(child_);
}

// Reads what there is, or waits a glance for it; without a pipe any more it only waits.
void Running::read_for(Millis most) {
    pollfd one{out_.get(), POLLIN, 0};
    const int ready = poll(&one, out_ ? 1 : 0, static_cast<int>(std::clamp(most, Millis(0), kGlance).count()));
    if (ready <= 0) return;
    std::array<char, 16384> buffer;
    const ssize_t got = read(out_.get(), buffer.data(), buffer.size());
    if (got > 0) lines_.add({buffer.data(), static_cast<std::size_t>(got)});
    else if (got == 0 || (errno != EAGAIN && errno != EINTR)) out_.reset();
}

// Whether it and all of its group are gone.
bool Running::wait_until_gone(Millis most) {
    const SteadyTime until = clock_.steady() + most;
    while (!ended() || group_left()) {
        if (clock_.steady() >= until) return false;
        read_for(kGlance);
    }
    return true;
}

void Running::end_group() {
    (void)kill(-child_, SIGTERM);
    if (wait_until_gone(kCommandGrace)) return;
    (void)kill(-child_, SIGKILL);
    if (!wait_until_gone(kCommandGrace) && !reaped_) end_.how = How::kLost;
}

void Running::clear_up() {
    while (out_ && lines_.seen() < kCommandRead) {  // what it said last is still in the pipe
        const std::size_t before = lines_.seen();
        read_for(Millis(0));
        if (lines_.seen() == before) break;
    }
    lines_.flush();
    if (getpid() == 1) bury_orphans();  // those that left its group
}

CommandEnd Running::follow(Millis patience, const Cancel& cancel) {
    const SteadyTime start = clock_.steady();
    SteadyTime until = start + patience;
    std::optional<How> cut;
    bool stopping = false;
    while (!ended()) {
        if (cancel.called() && !stopping) {
            stopping = true;
            until = std::min(until, clock_.steady() + kCommandAtStop);
        }
        if (lines_.seen() >= kCommandRead) cut = How::kFlooded;
        else if (clock_.steady() >= until) cut = stopping ? How::kStopped : How::kTimedOut;
        if (cut) break;
        read_for(until - clock_.steady());
    }
    const bool left_behind = !cut && !wait_until_gone(kCommandGrace);
    if (cut || left_behind) end_group();
    if (cut && end_.how != How::kLost) end_.how = *cut;
    end_.left_behind = left_behind;
    clear_up();
    end_.dropped = lines_.dropped();
    end_.took = clock_.steady() - start;
    return end_;
}

std::string seconds_text(Millis time) { return std::to_string(std::chrono::duration_cast<Seconds>(time).count()) + " s"; }

}  // namespace

CommandEnd run_command(const CommandOrder& order, const Clock& clock, const Cancel& cancel,
                       const std::function<void(std::string_view)>& take_line) {
    CommandEnd none;
    auto pipe = make_pipe();
    if (!pipe.ok()) {
        none.number = pipe.error().number();
        return none;
    }
    pid_t child = 0;
    none.number = start_child([&](pid_t& started) { return spawn(order, pipe->in.get(), started); }, child);
    pipe->in.reset();  // else the pipe would never end
    if (none.number != 0) return none;
    CommandEnd end = Running(child, std::move(pipe->out), clock, take_line).follow(order.patience, cancel);
    forget_child(child);
    return end;
}

std::string trouble_of(const CommandEnd& end) {
    using How = CommandEnd::How;
    const std::string left = "left processes behind, which were ended (a service is started by the service manager, or by setsid)";
    switch (end.how) {
        case How::kExited:
            if (end.number == 0) return end.left_behind ? left : "";
            if (end.number == 126) return "could not be executed (status 126): see its output for the reason, and its mode";
            if (end.number == 127) return "was not found (status 127): write its whole path";
            return "exited with status " + std::to_string(end.number) + (end.left_behind ? " and " + left : "");
        case How::kSignalled: return "was ended by signal " + std::to_string(end.number);
        case How::kTimedOut: return "was ended after " + seconds_text(end.took) + ": it was still running";
        case How::kFlooded: return "was ended: it wrote more than " + std::to_string(kCommandRead >> 20) + " MB";
        case How::kStopped: return "was ended because the server stops";
        case How::kNotStarted: return "could not be started: " + Error::system("/bin/sh", end.number).text();
        case How::kLost: return "did not end, though it was killed";
    }
    return "ended in a way that nobody knows";
}

}  // namespace postern::process
