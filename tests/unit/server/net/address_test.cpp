#include "server/net/address.h"

#include <doctest.h>
#include <netinet/in.h>

#include <string>

using namespace postern;
using net::Address;

TEST_CASE("an address reads and prints the same") {
    for (const char* text : {"127.0.0.1:80", "0.0.0.0:443", "255.255.255.255:65535", "[::]:443", "[::1]:8443", "[2001:db8::1]:1",
                             "1.2.3.4:0", "[fe80::1]:80"}) {
        CAPTURE(text);
        auto address = Address::parse(text);
        REQUIRE(address.ok());
        CHECK(address->text() == text);
    }
}

TEST_CASE("IPv6 is printed as RFC 5952 wants it") {
    struct Row {
        const char *text, *want;
    };
    for (const Row& row : {Row{"[2001:DB8:0:0:0:0:0:1]:443", "[2001:db8::1]:443"}, Row{"[0:0:0:0:0:0:0:0]:1", "[::]:1"},
                           Row{"[2001:db8:0:0:1:0:0:1]:2", "[2001:db8::1:0:0:1]:2"}, Row{"[::ffff:192.0.2.7]:3", "192.0.2.7:3"}}) {
        CAPTURE(row.text);
        auto address = Address::parse(row.text);
        REQUIRE(address.ok());
        CHECK(address->text() == row.want);
    }
}

TEST_CASE("what is no address is refused, and the refusal names it") {
    for (const char* text : {"", ":", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80",
                             "127.0.0.1: 80", " 127.0.0.1:80", "127.0.0.1:80 ", "127.0.0.1:8a", "127.1:80", "0x7f.0.0.1:80",
                             "256.0.0.1:80", "1.2.3.4.5:80", "localhost:80", "example.org:443", "*:80", "[::]", "[::]443", "::1:80",
                             "[::1:80", "::1]:80", "[]:80", "[127.0.0.1]:80", "[::1%lo]:80", "[fe80::1%1]:80", "[:::]:80",
                             "[1:2:3:4:5:6:7:8:9]:80", "[g::]:80", "127.0.0.1:18446744073709551696"}) {
        CAPTURE(text);
        auto address = Address::parse(text);
        REQUIRE_FALSE(address.ok());
        CHECK(address.error().kind() == ErrorKind::kAdmin);
        CHECK(address.error().text().find(text) != std::string::npos);
    }
    CHECK_FALSE(Address::parse(std::string_view("127.0.0.1\0:80", 13)).ok());
    CHECK_FALSE(Address::parse(std::string(300, '1') + ":80").ok());
}

TEST_CASE("unix paths have a length that the kernel sets") {
    CHECK(Address::unix_path("/run/p").value().text() == "unix:/run/p");
    CHECK(Address::unix_path("/run/p").value().port() == 0);
    CHECK(Address::unix_path(std::string(107, 'a')).ok());
    CHECK_FALSE(Address::unix_path(std::string(108, 'a')).ok());
    CHECK_FALSE(Address::unix_path("").ok());
    CHECK_FALSE(Address::unix_path(std::string_view("a\0b", 3)).ok());
}

TEST_CASE("loopback is told from the rest") {
    for (const char* text : {"127.0.0.1:1", "127.255.0.9:1", "[::1]:1", "[::ffff:127.0.0.2]:1"})
        CHECK(Address::parse(text)->is_loopback());
    for (const char* text : {"0.0.0.0:1", "128.0.0.1:1", "[::]:1", "[::2]:1", "[::ffff:10.0.0.1]:1"})
        CHECK_FALSE(Address::parse(text)->is_loopback());
    CHECK(Address::unix_path("/x")->is_loopback());
}

TEST_CASE("equality is of family, host and port") {
    auto address = [](const char* text) { return Address::parse(text).value(); };
    CHECK(address("[::1]:80") == address("[0::1]:80"));
    CHECK_FALSE(address("127.0.0.1:80") == address("127.0.0.1:81"));
    CHECK_FALSE(address("127.0.0.1:80") == address("127.0.0.2:80"));
    CHECK_FALSE(address("0.0.0.0:80") == address("[::]:80"));
    CHECK(Address::unix_path("/a").value() == Address::unix_path("/a").value());
    CHECK_FALSE(Address::unix_path("/a").value() == Address::unix_path("/ab").value());
}

TEST_CASE("from_native takes what the kernel gives, a nameless unix peer too") {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(8080);
    v4.sin_addr.s_addr = htonl(0xc0000201);
    CHECK(Address::from_native(reinterpret_cast<sockaddr*>(&v4), sizeof v4).text() == "192.0.2.1:8080");
    sockaddr nameless{};
    nameless.sa_family = AF_UNIX;
    CHECK(Address::from_native(&nameless, sizeof(sa_family_t)).host() == "unix");
    CHECK(Address::from_native(&nameless, 0).family() == AF_UNSPEC);
}

TEST_CASE("IP literals are known and made canonical") {
    for (const char* text : {"1.2.3.4", "::", "::1", "2001:db8::1", "::ffff:1.2.3.4"}) CHECK(net::is_ip_literal(text));
    for (const char* text : {"", "1.2.3", "01.2.3.4", "1.2.3.4:80", "[::1]", "::1%eth0", "example.org", "1.2.3.4 "}) {
        CAPTURE(text);
        CHECK_FALSE(net::is_ip_literal(text));
    }
    CHECK(net::canonical_ip("2001:0DB8:0000::0001") == "2001:db8::1");
    CHECK(net::canonical_ip("10.0.0.1") == "10.0.0.1");
    CHECK(net::canonical_ip("nonsense") == "");
}

TEST_CASE("the address that stands for all, and its IPv4 twin") {
    CHECK(Address::parse("[::]:443")->is_any_v6());
    CHECK_FALSE(Address::parse("[::1]:443")->is_any_v6());
    CHECK_FALSE(Address::parse("0.0.0.0:443")->is_any_v6());
    CHECK(Address::parse("[::]:443")->any_v4().text() == "0.0.0.0:443");
}

TEST_CASE("which addresses keep each other from being bound") {
    struct Row {
        const char *one, *other;
        bool want;
    };
    for (const Row& row : {Row{"0.0.0.0:443", "[::]:443", true}, Row{"127.0.0.1:443", "[::]:443", true},
                           Row{"[::1]:443", "[::]:443", true}, Row{"127.0.0.1:443", "0.0.0.0:443", true},
                           Row{"127.0.0.1:443", "127.0.0.1:443", true}, Row{"0.0.0.0:443", "[::]:444", false},
                           Row{"[::1]:443", "0.0.0.0:443", false}, Row{"127.0.0.1:443", "127.0.0.2:443", false},
                           Row{"[::1]:443", "127.0.0.1:443", false}, Row{"0.0.0.0:0", "[::]:0", false}}) {
        CAPTURE(row.one);
        CAPTURE(row.other);
        const Address one = Address::parse(row.one).value(), other = Address::parse(row.other).value();
        CHECK(one.overlaps(other) == row.want);
        CHECK(other.overlaps(one) == row.want);
    }
    const Address path = Address::unix_path("/tmp/a").value();
    CHECK(path.overlaps(path));
    CHECK_FALSE(path.overlaps(Address::parse("0.0.0.0:443").value()));
}
