#include "server/base/waiting.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>

namespace postern {

Cancel::Cancel() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Cancel::now() {
    called_ = true;
    (void)::eventfd_write(event_.get(), 1);  // never read: it stays readable
}

Millis Deadline::left() const { return std::max(Millis(0), std::chrono::duration_cast<Millis>(at - clock.steady())); }

Result<void> wait_for(int fd, short events, const Deadline& deadline) {
    while (true) {
        if (deadline.cancel.called()) return Error::retry("called off");
        const Millis left = deadline.left();
        if (left.count() == 0) return Error::retry("no answer in time");
        pollfd both[] = {{fd, events, 0}, {deadline.cancel.fd(), POLLIN, 0}};
        int ready = ::poll(both, 2, static_cast<int>(std::min<long long>(left.count(), 60000)));
        if (ready < 0 && errno != EINTR) return Error::system("poll", errno);
        if (ready > 0 && both[0].revents != 0) return {};  // errors too: the next call on the socket tells them
    }
}

}  // namespace postern
