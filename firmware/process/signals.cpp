#include "firmware/process/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace postern::process {

Result<Signals> Signals::open() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&wanted, number);
    if (const int error = pthread_sigmask(SIG_BLOCK, &wanted, nullptr); error != 0)
        return Error::system("blocking signals", error);
    if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return Error::system("ignoring SIGPIPE", errno);
    // ignored by whoever started us, it would keep from us how a hook ended
    if (std::signal(SIGCHLD, SIG_DFL) == SIG_ERR) return Error::system("the default for SIGCHLD", errno);
    UniqueFd fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) return Error::system("signalfd", errno);
    return Signals(std::move(fd));
}

std::optional<Wish> Signals::take() const {
    signalfd_siginfo info{};
    ssize_t got = 0;
    do {
        got = read(fd_.get(), &info, sizeof info);
    } while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof info)) return std::nullopt;
    return info.ssi_signo == SIGHUP ? Wish::kReload : Wish::kStop;
}

}  // namespace postern::process
