#include "server/net/socket_stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>

namespace postern::net {

IoResult SocketStream::read(char* into, std::size_t room) {
    ssize_t got;
    do {
        got = recv(fd_.get(), into, room, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        drained_ = static_cast<std::size_t>(got) < room;
        return {IoStatus::kOk, static_cast<std::size_t>(got)};
    }
    drained_ = true;
    if (got == 0) return {IoStatus::kEnd};
    return {errno == EAGAIN || errno == EWOULDBLOCK ? IoStatus::kWait : IoStatus::kFailed};
}

IoResult SocketStream::write(std::string_view bytes) {
    ssize_t sent;
    do {
        sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
        sent_ += static_cast<std::uint64_t>(sent);
        return {IoStatus::kOk, static_cast<std::size_t>(sent)};
    }
    return {errno == EAGAIN || errno == EWOULDBLOCK ? IoStatus::kWait : IoStatus::kFailed};
}

// Of a unix socket the kernel counts its own overhead too: never less than nothing.
std::uint64_t SocketStream::delivered() const {
    int waiting = 0;
    if (ioctl(fd_.get(), SIOCOUTQ, &waiting) != 0 || waiting < 0) waiting = 0;
    const auto unsure = static_cast<std::uint64_t>(waiting);
    return sent_ > unsure ? sent_ - unsure : 0;
}

void SocketStream::finish() { shutdown(fd_.get(), SHUT_WR); }

}  // namespace postern::net
