#include "acme/preflight/remedies.h"

namespace postern::acme::preflight {

std::vector<Paste> open_port(std::uint16_t port) {
    const std::string number = std::to_string(port), rule = "firewall.postern_" + number;
    return {
        {"OpenWrt",
         {"uci set " + rule + "=rule", "uci set " + rule + ".name='Allow-Postern-" + number + "'", "uci set " + rule + ".src='wan'",
          "uci set " + rule + ".proto='tcp'", "uci set " + rule + ".dest_port='" + number + "'",
          "uci set " + rule + ".target='ACCEPT'", "uci commit firewall", "/etc/init.d/firewall restart"}},
        {"nftables (table and chain as `nft list ruleset` shows them)",
         {"nft insert rule inet filter input tcp dport " + number + " accept"}},
        {"iptables",
         {"iptables -I INPUT -p tcp --dport " + number + " -j ACCEPT", "ip6tables -I INPUT -p tcp --dport " + number + " -j ACCEPT"}},
    };
}

std::vector<Paste> forward_port(std::uint16_t outer, const std::string& ip, std::uint16_t inner) {
    const std::string from = std::to_string(outer), to = std::to_string(inner), rule = "firewall.postern_to_" + from;
    return {
        {"on the router, if it runs OpenWrt",
         {"uci set " + rule + "=redirect", "uci set " + rule + ".name='Postern-" + from + "'", "uci set " + rule + ".src='wan'",
          "uci set " + rule + ".proto='tcp'", "uci set " + rule + ".src_dport='" + from + "'",
          "uci set " + rule + ".dest='lan'", "uci set " + rule + ".dest_ip='" + ip + "'",
          "uci set " + rule + ".dest_port='" + to + "'", "uci set " + rule + ".target='DNAT'", "uci commit firewall",
          "/etc/init.d/firewall restart"}},
        {"on the router, if it runs nftables (WAN: its outer interface)",
         {"nft add table ip postern", "nft 'add chain ip postern pre { type nat hook prerouting priority dstnat; }'",
          "nft add rule ip postern pre iifname WAN tcp dport " + from + " dnat to " + ip + ":" + to,
          "nft insert rule inet filter forward ip daddr " + ip + " tcp dport " + to + " accept"}},
        {"on the router, if it runs iptables (WAN: its outer interface)",
         {"iptables -t nat -A PREROUTING -i WAN -p tcp --dport " + from + " \\", "    -j DNAT --to-destination " + ip + ":" + to,
          "iptables -I FORWARD -p tcp -d " + ip + " --dport " + to + " -j ACCEPT"}},
    };
}

std::vector<Paste> free_port(std::uint16_t port, bool secure) {
    const std::string number = std::to_string(port), list = secure ? "listen_https" : "listen_http";
    const std::string other = secure ? "8444" : "8080";
    return {
        {"who has it", {"ss -ltnp 'sport = :" + number + "'   # or: netstat -ltnp | grep ':" + number + " '"}},
        {"OpenWrt, where it is LuCI's uhttpd: move that to port " + other,
         {"uci -q delete uhttpd.main." + list, "uci add_list uhttpd.main." + list + "='0.0.0.0:" + other + "'",
          "uci add_list uhttpd.main." + list + "='[::]:" + other + "'", "uci commit uhttpd", "/etc/init.d/uhttpd restart"}},
    };
}

std::vector<Paste> zone_line(const std::string& line) { return {Paste{"where the domain's DNS is looked after", {line}}}; }

std::vector<Paste> server_key(const std::string& line) { return {Paste{"in the configuration, section [server]", {line}}}; }

std::vector<Paste> external_account_keys() {
    return {Paste{"in the configuration, section [acme] or [ca NAME]", {"eab_kid = KEY-ID", "eab_hmac_key = KEY"}}};
}

std::vector<Paste> set_clock() {
    return {
        {"OpenWrt", {"uci set system.ntp.enabled='1'", "uci commit system", "/etc/init.d/sysntpd enable", "/etc/init.d/sysntpd restart"}},
        {"systemd", {"timedatectl set-ntp true"}},
        {"busybox, once", {"ntpd -n -q -p pool.ntp.org"}},
    };
}

std::vector<Paste> install_anchors() {
    return {
        {"OpenWrt", {"opkg update && opkg install ca-bundle   # 24.10 and older", "apk add ca-bundle                       # newer"}},
        {"Debian", {"apt-get install ca-certificates"}},
        {"Alpine", {"apk add ca-certificates-bundle"}},
    };
}

}  // namespace postern::acme::preflight
