#include "acme/dns/wire.h"

#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "acme/dns/limits.h"

namespace postern::acme::dns {

namespace {

struct NativeAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

NativeAddress native_of(const Server& server) {
    NativeAddress native;
    if (server.ip.size() == 4) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_port = htons(server.port);
        std::memcpy(&in.sin_addr, server.ip.data(), 4);
        std::memcpy(&native.storage, &in, sizeof in);
        native.size = sizeof in;
        return native;
    }
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(server.port);
    std::memcpy(&in6.sin6_addr, server.ip.data(), 16);
    if (!server.zone.empty()) in6.sin6_scope_id = ::if_nametoindex(server.zone.c_str());
    std::memcpy(&native.storage, &in6, sizeof in6);
    native.size = sizeof in6;
    return native;
}

// Non-blocking; a TCP connection may still be under way.
Result<UniqueFd> connected(const Server& server, int type) {
    const NativeAddress native = native_of(server);
    UniqueFd fd(::socket(native.storage.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return Error::system(server.text(), errno);
    if (::connect(fd.get(), native.get(), native.size) != 0 && errno != EINPROGRESS) return Error::system(server.text(), errno);
    return fd;
}

Result<void> send_all(int fd, std::string_view bytes, const Deadline& deadline) {
    while (!bytes.empty()) {
        TRY_VOID(wait_for(fd, POLLOUT, deadline));
        const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) return Error::system("send", errno);
        if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<std::string> receive(int fd, std::size_t size, const Deadline& deadline) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        TRY_VOID(wait_for(fd, POLLIN, deadline));
        const ssize_t got = ::recv(fd, bytes.data() + have, size - have, 0);
        if (got == 0) return Error::retry("the connection was closed");
        if (got < 0 && errno != EAGAIN && errno != EINTR) return Error::system("receive", errno);
        if (got > 0) have += static_cast<std::size_t>(got);
    }
    return bytes;
}

Result<std::string> exchange_tcp(int fd, std::string_view question, const Deadline& deadline) {
    std::string framed = {static_cast<char>(question.size() >> 8), static_cast<char>(question.size() & 0xff)};
    framed += question;
    TRY_VOID(send_all(fd, framed, deadline));
    TRY(const std::string head, receive(fd, 2, deadline));
    const std::size_t size = std::size_t{static_cast<unsigned char>(head[0])} << 8 | static_cast<unsigned char>(head[1]);
    if (size > limits::kDnsTcp) return Error::refuse("an answer of " + std::to_string(size) + " bytes is not taken");
    return receive(fd, size, deadline);
}

}  // namespace

Result<std::string> SocketWire::ask_udp(const Server& server, std::string_view question, const Deadline& deadline,
                                        const Fits& fits) {
    TRY(const UniqueFd fd, connected(server, SOCK_DGRAM));
    TRY_VOID(send_all(fd.get(), question, deadline));
    char buffer[limits::kDnsUdp];  // what is larger was not offered: it arrives cut, and does not fit
    for (int strays = 0; strays < limits::kDnsStrays;) {
        TRY_VOID(wait_for(fd.get(), POLLIN, deadline));
        const ssize_t got = ::recv(fd.get(), buffer, sizeof buffer, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got < 0) return Error::system("receive", errno);  // ECONNREFUSED: an ICMP message said that nobody is there
        const std::string_view datagram(buffer, static_cast<std::size_t>(got));
        if (fits(datagram)) return std::string(datagram);
        ++strays;
    }
    return Error::retry("a flood of answers to nothing that was asked");
}

Result<std::string> SocketWire::ask_tcp(const Server& server, std::string_view question, const Deadline& deadline) {
    TRY(const UniqueFd fd, connected(server, SOCK_STREAM));
    return exchange_tcp(fd.get(), question, deadline);
}

}  // namespace postern::acme::dns
