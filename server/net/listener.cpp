#include "server/net/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "server/base/limits.h"

namespace postern::net {

namespace {

bool switch_on(int fd, int level, int option) {
    int on = 1;
    return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

Error bind_error(const Address& address, int number) {
    std::string what = "cannot listen on " + address.text();
    if (number == EADDRINUSE)
        what += " (another program has this port: find it with 'ss -ltnp', stop it, or choose another port in the INI)";
    else if (number == EACCES)
        what += " (ports below 1024 need root or CAP_NET_BIND_SERVICE: start as root and set 'user', or choose a higher port)";
    else if (number == EADDRNOTAVAIL)
        what += " (this machine does not have that address)";
    else if (number == EAFNOSUPPORT)
        what += " (this kernel has no such address family: use 0.0.0.0 instead of [::])";
    return Error::system(what, number);
}

const char* unix_name(const Address& address) { return reinterpret_cast<const sockaddr_un*>(address.native())->sun_path; }

// A unix socket left by a server that died is removed. That no living one owns it is the state lock's promise.
void remove_stale(const Address& address) {
    const char* path = unix_name(address);
    struct stat entry {};
    if (lstat(path, &entry) == 0 && S_ISSOCK(entry.st_mode)) unlink(path);
}

// The mode is set before the name appears, so that at no moment more is allowed than asked for. Not by umask(): that is the
// whole process's, and another thread may be making files.
Result<void> prepare_unix(int fd, const Address& address, const ListenOptions& options) {
    remove_stale(address);
    if (fchmod(fd, options.unix_mode) != 0) return Error::system("permissions of " + address.text(), errno);
    return {};
}

Result<void> prepare(int fd, const Address& address, const ListenOptions& options) {
    if (address.family() == AF_UNIX) return prepare_unix(fd, address, options);
    if (!switch_on(fd, SOL_SOCKET, SO_REUSEADDR)) return Error::system("SO_REUSEADDR", errno);
    if (options.shared && !switch_on(fd, SOL_SOCKET, SO_REUSEPORT)) return Error::system("SO_REUSEPORT", errno);
    if (address.family() == AF_INET6) {
        int off = 0;
        if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) return Error::system("IPV6_V6ONLY", errno);
    }
    // inherited by accepted sockets, which saves a system call each
    switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
    return {};
}

bool somebody_waits(int fd) {
    pollfd asked{fd, POLLIN, 0};
    return poll(&asked, 1, 0) != 0;
}

}  // namespace

Result<Listener> Listener::open(const Address& address, const ListenOptions& options) {
    UniqueFd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd && errno == EAFNOSUPPORT && address.is_any_v6()) return open(address.any_v4(), options);
    if (!fd) return bind_error(address, errno);
    TRY_VOID(prepare(fd.get(), address, options));
    if (bind(fd.get(), address.native(), address.native_size()) != 0) return bind_error(address, errno);
    if (address.family() == AF_UNIX) {
        // what the process's umask took away is given back
        if (chmod(unix_name(address), options.unix_mode) != 0) return Error::system("permissions of " + address.text(), errno);
    }
    if (::listen(fd.get(), limits::kListenBacklog) != 0) return bind_error(address, errno);
    if (address.family() == AF_UNIX) return Listener(std::move(fd), address);

    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) return Error::system("getsockname", errno);
    return Listener(std::move(fd), Address::from_native(reinterpret_cast<sockaddr*>(&own), size));
}

Accepted Listener::accept() const {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    Accepted accepted;
    int fd;
    do {
        fd = accept4(fd_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED || errno == EPROTO));  // of one that is gone already: the next
    if (fd < 0) {
        accepted.error = errno == EWOULDBLOCK ? EAGAIN : errno;
        // accept(2) takes a descriptor before it looks at the backlog: without one it says so to nobody, too
        if (accepted.out_of_room() && !somebody_waits(fd_.get())) accepted.error = EAGAIN;
        return accepted;
    }
    accepted.fd.reset(fd);
    accepted.peer = Address::from_native(reinterpret_cast<sockaddr*>(&peer), size);
    return accepted;
}

}  // namespace postern::net
