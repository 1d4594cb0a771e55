#include "server/base/unique_fd.h"

#include <unistd.h>

#include <cerrno>

namespace postern {

void UniqueFd::reset(int fd) {
    const int old = fd_;
    fd_ = fd;
    if (old < 0) return;
    const int kept = errno;
    ::close(old);  // never again on EINTR: Linux has freed the number already, it may be another thread's by now
    errno = kept;
}

}  // namespace postern
