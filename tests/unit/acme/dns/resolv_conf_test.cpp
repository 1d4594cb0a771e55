#include "acme/dns/resolv_conf.h"

#include <doctest.h>

using namespace postern;
using namespace postern::acme::dns;

namespace {

std::string servers_of(std::string_view text) {
    std::string list;
    for (const Server& server : parse_resolv_conf(text).servers) list += server.text() + " ";
    return list;
}

}  // namespace

TEST_CASE("servers of resolv.conf") {
    CHECK(servers_of("") == "127.0.0.1 ");
    CHECK(servers_of("# nameserver 192.0.2.1\n;nameserver 192.0.2.1\nnameserver\nnameserver x\nnameserver 192.0.2\n") == "127.0.0.1 ");
    CHECK(servers_of("search lan\nnameserver 192.0.2.1\r\n\tnameserver\t2001:db8:0::1 # why\nnameserver fe80::1%eth0\nnameserver 192.0.2.4") ==
          "192.0.2.1 2001:db8::1 fe80::1%eth0 ");
    CHECK(servers_of("nameserver 192.0.2.1%eth0\nnameserver fe80::1%\nnameserver fe80::1%much-too-long-name\nnameserver ::1") == "::1 ");
}

TEST_CASE("patience of resolv.conf") {
    const ServerList plain = parse_resolv_conf("nameserver 192.0.2.1");
    CHECK(plain.per_try == limits::kDnsTry);
    CHECK(plain.attempts == limits::kDnsAttempts);
    const ServerList set = parse_resolv_conf("options edns0 timeout:1 attempts:3 rotate\noptions attempts:x timeout:");
    CHECK(set.per_try == Millis(1000));
    CHECK(set.attempts == 3);
    const ServerList wild = parse_resolv_conf("options timeout:99999999999 attempts:0");
    CHECK(wild.per_try == limits::kDnsMostTry);
    CHECK(wild.attempts == 1);
}

TEST_CASE("one server of the configuration") {
    const auto text = [](std::string_view from) {
        auto server = parse_server(from);
        return server.ok() ? server->text() : "no";
    };
    CHECK(text("9.9.9.9") == "9.9.9.9");
    CHECK(text("9.9.9.9:53") == "9.9.9.9");
    CHECK(text("127.0.0.1:8053") == "127.0.0.1:8053");
    CHECK(text("2620:fe::fe") == "2620:fe::fe");
    CHECK(text("[2620:fe::fe]:5353") == "[2620:fe::fe]:5353");
    CHECK(text("[fe80::1%br-lan]:53") == "fe80::1%br-lan");
    for (const char* bad : {"", "dns.example", "dns.example:53", "9.9.9.9:", "9.9.9.9:0", "9.9.9.9:65536", "[9.9.9.9]:53", "9.9.9", ":53",
                            "2620:fe::fe:", "[::1]", "[]:53", "9.9.9.9:53 "})
        CHECK_MESSAGE(text(bad) == "no", bad);
}
