#include "server/base/subnet.h"

#include <doctest.h>

using namespace postern;

TEST_CASE("a network contains its addresses and no others") {
    struct Row {
        const char *subnet, *ip;
        bool inside;
    };
    for (const Row& row : {Row{"10.0.0.0/8", "10.255.0.1", true}, {"10.0.0.0/8", "11.0.0.1", false},
                           {"192.168.1.0/25", "192.168.1.127", true}, {"192.168.1.0/25", "192.168.1.128", false},
                           {"192.0.2.7", "192.0.2.7", true}, {"192.0.2.7", "192.0.2.6", false},
                           {"0.0.0.0/0", "203.0.113.9", true}, {"0.0.0.0/0", "2001:db8::1", false},
                           {"::/0", "2001:db8::1", true}, {"::/0", "203.0.113.9", false},
                           {"fd00::/8", "fd12:3456::1", true}, {"fd00::/8", "fc00::1", false},
                           {"fe80::/10", "fe80::1%eth0", true}, {"fe80::/10", "fec0::1", false},
                           {"10.0.0.0/8", "::ffff:10.1.2.3", true}, {"::ffff:10.0.0.1", "10.0.0.1", true},
                           {"10.0.0.0/8", "a00::1", false}, {"a00::/8", "10.0.0.1", false},
                           {"10.0.0.0/8", "", false}, {"10.0.0.0/8", "10.0.0", false}, {"::/0", "nonsense", false}}) {
        CAPTURE(row.subnet);
        CAPTURE(row.ip);
        const auto subnet = Subnet::parse(row.subnet);
        REQUIRE(subnet.ok());
        CHECK(subnet->contains(row.ip) == row.inside);
    }
}

TEST_CASE("what is no network is refused with what is wrong with it") {
    struct Row {
        const char *text, *said;
    };
    for (const Row& row : {Row{"", "is no network"}, {"lan", "is no network"}, {"10.0.0.0/", "length from 0 to 32"},
                           {"10.0.0.0/33", "length from 0 to 32"}, {"10.0.0.0/-1", "length from 0 to 32"},
                           {"fd00::/129", "length from 0 to 128"}, {"10.0.0.0/8/8", "length from 0 to 32"},
                           {"192.168.1.7/24", "did you mean 192.168.1.0/24?"}, {"fd00::1/8", "did you mean fd00::/8?"},
                           {"[fd00::]/8", "is no network"}, {"fe80::1%eth0/64", "is no network"}, {"10.1/16", "is no network"}}) {
        CAPTURE(row.text);
        const auto subnet = Subnet::parse(row.text);
        REQUIRE(!subnet.ok());
        CHECK(subnet.error().text().find(row.said) != std::string::npos);
    }
    CHECK(!Subnet::parse(std::string("10.0.0.0\0", 9)).ok());
}

TEST_CASE("a network prints as it is read") {
    for (const char* text : {"10.0.0.0/8", "192.0.2.7", "fd00::/8", "::1", "0.0.0.0/0", "::/0", "2001:db8:1::/48"})
        CHECK(Subnet::parse(text)->text() == text);
}

TEST_CASE("private addresses are those that nobody in the Internet has") {
    for (const char* ip : {"127.0.0.1", "::1", "10.9.8.7", "172.16.0.1", "172.31.255.255", "192.168.0.10", "100.64.0.1", "169.254.7.7",
                           "fe80::1", "fd00::1", "::ffff:192.168.1.1"})
        CHECK(contains(private_subnets(), ip));
    for (const char* ip : {"8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "100.128.0.1", "2001:db8::1", "::ffff:8.8.8.8", "fec0::1"})
        CHECK(!contains(private_subnets(), ip));
    CHECK(private_subnets().size() == 9);
}

TEST_CASE("an IPv4 address is one client, of IPv6 the /64") {
    struct Row {
        const char *one, *other;
        bool same;
    };
    for (const Row& row : {Row{"192.0.2.1", "::ffff:192.0.2.1", true}, {"192.0.2.1", "192.0.2.2", false},
                           {"2001:db8::1", "2001:db8::ffff:2", true}, {"2001:db8::1", "2001:db8:0:1::1", false},
                           {"fe80::1%eth0", "fe80::2", true}, {"0.0.0.0", "::", false}}) {
        CAPTURE(row.one);
        CAPTURE(row.other);
        const auto one = Ip::parse(row.one), other = Ip::parse(row.other);
        REQUIRE(one);
        REQUIRE(other);
        CHECK((one->client() == other->client()) == row.same);
    }
    for (const char* text : {"", "1.2.3", "1.2.3.4.5", "1.2.3.4:80", "[::1]", "::1]", "1.2.3.04", "0x7f.1", ":::", "12345::",
                             "1.2.3.4 ", "0000:0000:0000:0000:0000:ffff:192.168.100.1000"})
        CHECK_MESSAGE(!Ip::parse(text), text);
    CHECK(!Ip::parse(std::string_view("::1\0x", 5)));
}
