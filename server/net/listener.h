// A listening socket: bound once, accepted from by one loop. Used by server/front and, for ports below 1024, before
// privileges are dropped. Knows nothing of what is spoken on it.
#pragma once

#include <cerrno>

#include "server/base/result.h"
#include "server/base/unique_fd.h"
#include "server/net/address.h"

namespace postern::net {

struct ListenOptions {
    bool shared = false;          // SO_REUSEPORT: several loops bind the same address and the kernel spreads connections
    std::uint32_t unix_mode = 0;  // permission bits of a unix socket; a stale socket file is replaced
};

struct Accepted {
    UniqueFd fd;  // non-blocking, close-on-exec, TCP_NODELAY
    Address peer;
    int error = 0;  // errno when fd is empty: EAGAIN none waits, else see out_of_room()

    bool none_waits() const { return error == EAGAIN; }
    // Of descriptors or of kernel memory: closing something helps.
    bool out_of_room() const { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }
};

class Listener {
public:
    // [::] serves IPv4 too, and IPv4 alone where the kernel has no IPv6. Errors say what to do: port taken, port below 1024 without privilege, address not ours.
    static Result<Listener> open(const Address& address, const ListenOptions& options);

    Accepted accept() const;
    int fd() const { return fd_.get(); }
    const Address& address() const { return address_; }  // with the port that the kernel chose, if it did

private:
    Listener(UniqueFd fd, Address address) : fd_(std::move(fd)), address_(address) {}
    UniqueFd fd_;
    Address address_;
};

}  // namespace postern::net
