#include "server/front/client_table.h"

#include <doctest.h>

using namespace postern;
using front::client_key;
using front::ClientTable;

namespace {
front::ClientKey key(const char* text) { return client_key(net::Address::parse(text).value()); }
}  // namespace

TEST_CASE("a client is an IPv4 address or an IPv6 /64") {
    CHECK(key("192.0.2.1:1") == key("192.0.2.1:2"));
    CHECK(key("192.0.2.1:1") != key("192.0.2.2:1"));
    CHECK(key("[::ffff:192.0.2.1]:1") == key("192.0.2.1:1"));
    CHECK(key("[2001:db8:0:1::1]:1") == key("[2001:db8:0:1:ffff::2]:1"));
    CHECK(key("[2001:db8:0:1::1]:1") != key("[2001:db8:0:2::1]:1"));
    CHECK(key("[::]:1") != key("0.0.0.0:1"));
}

TEST_CASE("the cap counts, and a cap of none lets nobody in") {
    ClientTable table;
    const auto one = key("192.0.2.1:1"), other = key("192.0.2.2:1");
    CHECK(table.enter(one, 2));
    CHECK(table.enter(one, 2));
    CHECK_FALSE(table.enter(one, 2));
    CHECK(table.enter(other, 2));
    table.leave(one);
    CHECK(table.enter(one, 2));
    CHECK_FALSE(table.enter(other, 0));
    CHECK_FALSE(table.enter(key("192.0.2.3:1"), 0));
    table.leave(key("192.0.2.3:1"));  // who never came leaves without harm
}

TEST_CASE("unix sockets have no cap") {
    ClientTable table;
    const auto unix_client = client_key(net::Address::unix_path("/x").value());
    for (int i = 0; i < 10; i++) CHECK(table.enter(unix_client, 1));
    table.leave(unix_client);
}
