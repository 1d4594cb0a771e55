// Socket addresses in text and binary form: "127.0.0.1:80", "[::]:443", and unix sockets by path.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/result.h"

namespace postern::net {

class Address {
public:
    Address() = default;
    // "IPv4:port" or "[IPv6]:port", port 0..65535 (0: the kernel chooses). Names are refused: nothing is looked up.
    static Result<Address> parse(std::string_view text);
    static Result<Address> unix_path(std::string_view path);  // at most 107 bytes
    static Address from_native(const sockaddr* address, socklen_t size);

    const sockaddr* native() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t native_size() const { return size_; }
    int family() const { return storage_.ss_family; }
    std::uint16_t port() const;           // 0 for unix
    std::string host() const;             // without brackets; IPv4-mapped IPv6 as IPv4
    std::string text() const;             // as parse() takes it
    bool is_loopback() const;
    bool is_any_v6() const;   // [::], whatever the port
    Address any_v4() const;   // 0.0.0.0 with the same port
    bool overlaps(const Address& other) const;  // a socket that listens at one keeps the other from being bound
    bool operator==(const Address& other) const;

private:
    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

// Where a connected socket ends on our side; kSystem for what is none.
Result<Address> local_address(int fd);

// "192.0.2.1", "2001:db8::1" (no brackets): true when it is an IP address literal.
bool is_ip_literal(std::string_view text);
// IPv6 in RFC 5952 form, IPv4 dotted; empty when `text` is no IP address.
std::string canonical_ip(std::string_view text);

}  // namespace postern::net
