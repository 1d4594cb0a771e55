#include "acme/store/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "server/base/text.h"

namespace postern::acme {

namespace {

int number_in(int fd) {
    char buffer[24] = {};
    ssize_t got = ::pread(fd, buffer, sizeof buffer - 1, 0);
    if (got <= 0) return 0;
    std::string_view line(buffer, static_cast<std::size_t>(got));
    line = line.substr(0, line.find('\n'));
    return static_cast<int>(parse_decimal(line).value_or(0));
}

}  // namespace

Result<StateLock> StateLock::take(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return Error::system(path, errno);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return Error::system(path, errno);
        return Error::admin(path + ": another postern (process " + std::to_string(number_in(fd.get())) +
                            ") uses this state folder; stop it, or give this one a `state` of its own");
    }
    std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), text.data(), text.size(), 0) < 0)
        return Error::system(path, errno);
    return StateLock(std::move(fd));
}

Result<int> lock_holder(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        if (errno == ENOENT) return 0;
        return Error::system(path, errno);
    }
    if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return 0;
    if (errno != EWOULDBLOCK) return Error::system(path, errno);
    return number_in(fd.get());
}

}  // namespace postern::acme
