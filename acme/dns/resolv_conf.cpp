#include "acme/dns/resolv_conf.h"

#include <algorithm>
#include <optional>

#include "server/base/ip_text.h"
#include "server/base/text.h"

namespace postern::acme::dns {

namespace {

constexpr std::size_t kZone = 15;  // IFNAMSIZ without its zero

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        line = trim(line);
        if (line.empty()) return words;
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

// "fe80::1%eth0": only IPv6 has zones.
std::optional<Server> server_of(std::string_view text) {
    Server server;
    const auto percent = text.find('%');
    const auto ip = ip_to_bytes(text.substr(0, percent));
    if (!ip) return std::nullopt;
    server.ip = *ip;
    if (percent == text.npos) return server;
    server.zone = text.substr(percent + 1);
    if (server.ip.size() != 16 || server.zone.empty() || server.zone.size() > kZone) return std::nullopt;
    return server;
}

// "timeout:3"; as resolv.conf(5) has it, what is too much is cut.
std::optional<long long> option_of(std::string_view word, std::string_view name, long long most) {
    if (!has_prefix(word, name)) return std::nullopt;
    const auto number = parse_decimal(word.substr(name.size()));
    if (!number) return std::nullopt;
    return std::clamp<long long>(static_cast<long long>(std::min<std::uint64_t>(*number, 1000)), 1, most);
}

void take_options(const std::vector<std::string_view>& words, ServerList& list) {
    for (const std::string_view word : words) {
        if (const auto seconds = option_of(word, "timeout:", limits::kDnsMostTry.count() / 1000)) list.per_try = Seconds(*seconds);
        if (const auto rounds = option_of(word, "attempts:", limits::kDnsMostAttempts)) list.attempts = static_cast<int>(*rounds);
    }
}

Error no_server(std::string_view text) { return Error::admin("'" + printable(text) + "' is not valid"); }

}  // namespace

std::string Server::text() const {
    std::string host = ip_from_bytes(ip) + (zone.empty() ? "" : "%" + zone);
    if (port == 53) return host;
    return (ip.size() == 16 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

ServerList parse_resolv_conf(std::string_view text) {
    ServerList list;
    for (const std::string_view line : split(text, '\n')) {
        const auto words = words_of(line.substr(0, line.find('\r')));
        if (words.size() < 2) continue;
        if (words[0] == "options") take_options(words, list);
        if (words[0] != "nameserver" || list.servers.size() == limits::kDnsServers) continue;
        if (auto server = server_of(words[1])) list.servers.push_back(std::move(*server));
    }
    if (list.servers.empty()) list.servers.push_back(Server{{'\x7f', 0, 0, 1}, 53, {}});
    return list;
}

Result<Server> parse_server(std::string_view text) {
    if (auto server = server_of(text)) return std::move(*server);
    const auto colon = text.rfind(':');
    if (colon == text.npos) return no_server(text);
    std::string_view host = text.substr(0, colon);
    const auto port = parse_decimal(text.substr(colon + 1));
    const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (brackets) host = host.substr(1, host.size() - 2);
    auto server = server_of(host);
    if (!port || *port == 0 || *port > 65535 || !server || brackets != (server->ip.size() == 16)) return no_server(text);
    server->port = static_cast<std::uint16_t>(*port);
    return std::move(*server);
}

}  // namespace postern::acme::dns
