#include "server/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "server/base/text.h"

namespace postern::net {

namespace {

const sockaddr_in& as_v4(const sockaddr* address) { return *reinterpret_cast<const sockaddr_in*>(address); }
const sockaddr_in6& as_v6(const sockaddr* address) { return *reinterpret_cast<const sockaddr_in6*>(address); }

// inet_pton wants a terminated string; text longer than any address is none.
bool to_binary(int family, std::string_view text, void* out) {
    char copy[INET6_ADDRSTRLEN];
    if (text.empty() || text.size() >= sizeof copy || text.find('\0') != text.npos) return false;
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return inet_pton(family, copy, out) == 1;
}

std::string to_text(int family, const void* binary) {
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, binary, text, sizeof text) ? text : "";
}

bool is_mapped(const in6_addr& address) { return IN6_IS_ADDR_V4MAPPED(&address); }

Error malformed(std::string_view text) {
    return Error::admin("'" + printable(text) + "' is no address: write IPv4:PORT or [IPv6]:PORT, such as 0.0.0.0:443 or [::]:443");
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
    std::size_t colon = text.rfind(':');
    if (colon == text.npos) return malformed(text);
    std::string_view host = text.substr(0, colon);
    auto port = parse_decimal(text.substr(colon + 1));
    if (!port || *port > 65535) return malformed(text);

    Address address;
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(static_cast<std::uint16_t>(*port));
        if (!to_binary(AF_INET6, host.substr(1, host.size() - 2), &v6.sin6_addr)) return malformed(text);
        std::memcpy(&address.storage_, &v6, sizeof v6);
        address.size_ = sizeof v6;
        return address;
    }
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(*port));
    if (!to_binary(AF_INET, host, &v4.sin_addr)) return malformed(text);
    std::memcpy(&address.storage_, &v4, sizeof v4);
    address.size_ = sizeof v4;
    return address;
}

Result<Address> Address::unix_path(std::string_view path) {
    sockaddr_un un{};
    if (path.empty() || path.size() >= sizeof un.sun_path || path.find('\0') != path.npos)
        return Error::admin("'" + printable(path) + "' cannot name a unix socket: 1 to 107 bytes; choose a shorter state folder");
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, path.data(), path.size());
    Address address;
    std::memcpy(&address.storage_, &un, sizeof un);
    address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return address;
}

Address Address::from_native(const sockaddr* native, socklen_t size) {
    Address address;
    if (size > 0 && size <= sizeof address.storage_) {
        std::memcpy(&address.storage_, native, size);
        address.size_ = size;
    }
    return address;
}

std::uint16_t Address::port() const {
    if (family() == AF_INET) return ntohs(as_v4(native()).sin_port);
    if (family() == AF_INET6) return ntohs(as_v6(native()).sin6_port);
    return 0;
}

std::string Address::host() const {
    if (family() == AF_INET) return to_text(AF_INET, &as_v4(native()).sin_addr);
    if (family() == AF_INET6) {
        const in6_addr& v6 = as_v6(native()).sin6_addr;
        return is_mapped(v6) ? to_text(AF_INET, v6.s6_addr + 12) : to_text(AF_INET6, &v6);
    }
    return "unix";
}

std::string Address::text() const {
    if (family() == AF_UNIX) return "unix:" + std::string(reinterpret_cast<const sockaddr_un&>(storage_).sun_path);
    bool bracket = family() == AF_INET6 && !is_mapped(as_v6(native()).sin6_addr);
    std::string host_text = host();
    return (bracket ? "[" + host_text + "]" : host_text) + ":" + std::to_string(port());
}

bool Address::is_loopback() const {
    if (family() == AF_UNIX) return true;
    if (family() == AF_INET) return (ntohl(as_v4(native()).sin_addr.s_addr) >> 24) == 127;
    if (family() != AF_INET6) return false;
    const in6_addr& v6 = as_v6(native()).sin6_addr;
    return is_mapped(v6) ? v6.s6_addr[12] == 127 : IN6_IS_ADDR_LOOPBACK(&v6);
}

bool Address::is_any_v6() const { return family() == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&as_v6(native()).sin6_addr); }

// [::] takes IPv4 along. Port 0 stands for one that is free.
bool Address::overlaps(const Address& other) const {
    if (family() == AF_UNIX || other.family() == AF_UNIX) return *this == other;
    if (port() == 0 || port() != other.port()) return false;
    const auto is_any_v4 = [](const Address& a) { return a == a.any_v4(); };
    const auto is_v4 = [](const Address& a) { return a.family() == AF_INET; };
    return *this == other || is_any_v6() || other.is_any_v6() || (is_any_v4(*this) && is_v4(other)) ||
           (is_any_v4(other) && is_v4(*this));
}

Address Address::any_v4() const {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port());
    return from_native(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
}

bool Address::operator==(const Address& other) const {
    return size_ == other.size_ && std::memcmp(&storage_, &other.storage_, size_) == 0;
}

Result<Address> local_address(int fd) {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size) != 0) return Error::system("getsockname", errno);
    return Address::from_native(reinterpret_cast<const sockaddr*>(&own), size);
}

bool is_ip_literal(std::string_view text) {
    in6_addr scratch;
    return to_binary(AF_INET, text, &scratch) || to_binary(AF_INET6, text, &scratch);
}

std::string canonical_ip(std::string_view text) {
    in6_addr binary;
    if (to_binary(AF_INET, text, &binary)) return to_text(AF_INET, &binary);
    if (to_binary(AF_INET6, text, &binary)) return to_text(AF_INET6, &binary);
    return "";
}

}  // namespace postern::net
