#include "server/proxy/wire.h"

#include <sys/socket.h>

#include <cerrno>

namespace postern::proxy {

void Wire::ready(bool readable, bool writable) {
    writable_ = writable_ || writable;
    may_read = may_read || readable;
    if (user != nullptr) user->moved();
}

int Wire::connect_error() {
    if (connected_) return 0;
    if (!writable_) return EINPROGRESS;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
    connected_ = error == 0;
    return error;
}

// A write that fails takes the socket's error with it: what then looks like an end in good order is none.
net::IoResult Wire::read(char* into, std::size_t room) {
    const net::IoResult got = stream_.read(into, room);
    if (got.status == net::IoStatus::kWait) may_read = false;
    if (got.status == net::IoStatus::kEnd && broke_) return {net::IoStatus::kFailed};
    return got;
}

net::IoResult Wire::write(std::string_view bytes) {
    const net::IoResult sent = stream_.write(bytes);
    broke_ = broke_ || sent.status == net::IoStatus::kFailed;
    return sent;
}

}  // namespace postern::proxy
