#include "firmware/process/other_user.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "firmware/process/privileges.h"
#include "server/base/unique_fd.h"

namespace postern::process {

namespace {

// What the child tells, in one write of less than PIPE_BUF each.
struct Word {
    std::size_t wanted = 0;
    std::size_t length = 0;  // of the part of the path that is closed
    int number = 0;
};

constexpr int kNotBecome = 3;  // the child's exit status

// Links resolved with root's rights: what is closed may lie behind one.
std::string resolved(const std::string& path) {
    char real[PATH_MAX];
    return realpath(path.c_str(), real) != nullptr ? std::string(real) : path;
}

// 0, or why not. A server opens a folder by O_PATH and then what lies in it.
int try_it(const Wanted& wanted) {
    if (wanted.folder) return access(wanted.path.c_str(), X_OK) == 0 ? 0 : errno;
    const UniqueFd fd(open(wanted.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    return fd ? 0 : errno;
}

// The length of the first folder on the way that cannot be entered, else of the whole.
std::size_t closed_part(const std::string& path) {
    for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
        if (access(path.substr(0, at).c_str(), X_OK) != 0) return at;
    }
    return path.size();
}

// In the child, which ends here.
[[noreturn]] void try_all(int out, std::uint32_t uid, std::uint32_t gid, const std::vector<Wanted>& wanted) {
    if (!become(uid, gid).ok()) _exit(kNotBecome);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        Word word{i, 0, try_it(wanted[i])};
        if (word.number == 0) continue;
        word.length = closed_part(wanted[i].path);
        if (write(out, &word, sizeof word) != static_cast<ssize_t>(sizeof word)) _exit(1);
    }
    _exit(0);
}

std::vector<Barred> listen(int in, const std::vector<Wanted>& wanted) {
    std::vector<Barred> barred;
    Word word;
    for (;;) {
        const ssize_t got = read(in, &word, sizeof word);
        if (got < 0 && errno == EINTR) continue;
        if (got != static_cast<ssize_t>(sizeof word) || word.wanted >= wanted.size()) return barred;
        const std::string& path = wanted[word.wanted].path;
        barred.push_back({word.wanted, path.substr(0, word.length), word.length == path.size(), word.number});
    }
}

}  // namespace

Result<std::vector<Barred>> what_bars(std::uint32_t uid, std::uint32_t gid, const std::vector<Wanted>& wanted) {
    std::vector<Wanted> real = wanted;
    for (Wanted& one : real) one.path = resolved(one.path);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return Error::system("a pipe", errno);
    const UniqueFd in(ends[0]);
    UniqueFd out(ends[1]);
    const pid_t child = fork();
    if (child < 0) return Error::system("a child process", errno);
    if (child == 0) try_all(out.get(), uid, gid, real);
    out.reset();
    std::vector<Barred> barred = listen(in.get(), real);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return barred;
    return Error::admin("cannot become user " + std::to_string(uid) + " and group " + std::to_string(gid) +
                        " (which root may, unless it is confined)");
}

}  // namespace postern::process
