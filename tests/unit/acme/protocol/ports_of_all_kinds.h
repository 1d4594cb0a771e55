// Ports of the loopback that connect, or do not answer at all, of either IP version.
#pragma once

#include <arpa/inet.h>
#include <doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "acme/protocol/dial.h"
#include "server/base/unique_fd.h"

namespace postern::acme {

// Of that address and port, or of a free one; the kernel takes connections, and nobody reads them.
class OpenPort {
public:
    explicit OpenPort(const std::string& ip = "127.0.0.1", std::uint16_t wanted = 0) : OpenPort(ip, wanted, 8) {}
    std::uint16_t port = 0;

protected:
    OpenPort(const std::string& ip, std::uint16_t wanted, int queue) {
        const SystemClock clock;
        const Cancel cancel;
        address_ = look_up(ip, wanted, Deadline{clock.steady() + Millis(5000), clock, cancel}).value().front();
        listener_.reset(::socket(address_.family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int on = 1;
        if (address_.family == AF_INET6)
            REQUIRE(::setsockopt(listener_.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0);
        REQUIRE(::bind(listener_.get(), as_sockaddr(), address_.size) == 0);
        REQUIRE(::listen(listener_.get(), queue) == 0);
        socklen_t size = sizeof address_.bytes;
        REQUIRE(::getsockname(listener_.get(), as_sockaddr(), &size) == 0);
        port = ntohs(reinterpret_cast<const sockaddr_in*>(address_.bytes)->sin_port);  // at the same place in both
    }
    sockaddr* as_sockaddr() { return reinterpret_cast<sockaddr*>(address_.bytes); }

    SocketAddress address_;
    UniqueFd listener_;
};

// One whose queue of connections is full: whoever comes next gets no answer.
class FullPort : public OpenPort {
public:
    explicit FullPort(const std::string& ip = "127.0.0.1", std::uint16_t wanted = 0) : OpenPort(ip, wanted, 0) {
        for (UniqueFd& one : waiting_) {
            one.reset(::socket(address_.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            (void)::connect(one.get(), as_sockaddr(), address_.size);
        }
    }

private:
    UniqueFd waiting_[4];
};

}  // namespace postern::acme
