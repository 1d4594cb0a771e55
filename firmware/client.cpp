#include "firmware/client.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "firmware/console.h"
#include "server/base/unique_fd.h"
#include "server/net/address.h"

namespace postern {

namespace {

// Of one send or receive. A reload reads files and may make a key, which takes seconds on a router.
constexpr timeval kPatience{60, 0};

Result<UniqueFd> connect_to(const std::string& socket_path) {
    TRY(const net::Address address, net::Address::unix_path(socket_path));
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return Error::system("a socket", errno);
    if (setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) != 0 ||
        setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience) != 0)
        return Error::system("a time limit for " + socket_path, errno);
    if (connect(fd.get(), address.native(), address.native_size()) != 0) return Error::system(socket_path, errno);
    return fd;
}

Error broken(const std::string& socket_path, int number) {
    if (number == EAGAIN || number == EWOULDBLOCK)
        return Error::retry(socket_path + ": the server did not answer within " + std::to_string(kPatience.tv_sec) + " s");
    return Error::system(socket_path, number);
}

Result<void> send_all(int fd, std::string_view bytes, const std::string& socket_path) {
    while (!bytes.empty()) {
        const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return broken(socket_path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<std::string> receive_all(int fd, const std::string& socket_path) {
    std::string bytes;
    char buffer[16384];
    for (;;) {
        const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return broken(socket_path, errno);
        if (got == 0) return bytes;
        bytes.append(buffer, static_cast<std::size_t>(got));
        if (bytes.size() > kLargestReply) return Error::bug(socket_path + ": the server's answer has no end");
    }
}

}  // namespace

Result<Reply> Client::ask(std::string_view method, const std::string& path, std::string_view json) const {
    const std::string line = std::string(method) + " " + path;
    if (verbose_) complain(socket_ + ": " + line + (json.empty() ? "" : " " + std::string(json)));
    TRY(const UniqueFd fd, connect_to(socket_));
    std::string request = line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    if (method == "POST")
        request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(json.size()) + "\r\n";
    TRY_VOID(send_all(fd.get(), request + "\r\n" + std::string(json), socket_));
    TRY(const std::string bytes, receive_all(fd.get(), socket_));
    return read_reply(bytes);
}

bool is_no_server(const Error& error) { return error.number() == ENOENT || error.number() == ECONNREFUSED; }

}  // namespace postern
