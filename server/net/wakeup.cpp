#include "server/net/wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace postern::net {

Result<Wakeup> Wakeup::open() {
    UniqueFd fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    if (!fd) return Error::system("eventfd", errno);
    return Wakeup(std::move(fd));
}

void Wakeup::wake() const {
    std::uint64_t one = 1;
    // fails only when the counter is full, and then the loop is being woken anyway
    while (write(fd_.get(), &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void Wakeup::clear() const {
    std::uint64_t count;
    while (read(fd_.get(), &count, sizeof count) < 0 && errno == EINTR) {
    }
}

}  // namespace postern::net
