#include "server/net/socket_stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
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
    ended_ = ended_ || got == 0;
    if (got == 0) return {IoStatus::kEnd};
    return {errno == EAGAIN || errno == EWOULDBLOCK ? IoStatus::kWait : IoStatus::kFailed};
}

IoResult SocketStream::write(std::string_view bytes) {
    ssize_t sent;
    do {
        sent = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return after_send(sent);
}

IoResult SocketStream::write_both(std::string_view first, std::string_view second) {
    std::array<iovec, 2> pieces{{{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}}};
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    ssize_t sent;
    do {
        sent = sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return after_send(sent);
}

IoResult SocketStream::after_send(ssize_t sent) {
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

// Where the peer has ended already there is nobody to wait for: closing, which follows, says as much.
void SocketStream::finish() {
    if (!ended_) (void)shutdown(fd_.get(), SHUT_WR);
}

}  // namespace postern::net
