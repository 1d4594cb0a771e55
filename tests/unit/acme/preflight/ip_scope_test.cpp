#include "acme/preflight/ip_scope.h"

#include <doctest.h>

#include "tests/unit/acme/preflight/fake_outside.h"

using namespace postern;
using namespace postern::acme::preflight;

TEST_CASE("where an address counts") {
    const std::pair<const char*, Scope> rows[] = {
        {"1.2.3.4", Scope::kPublic},       {"9.255.255.255", Scope::kPublic},   {"10.0.0.0", Scope::kPrivate},
        {"10.255.255.255", Scope::kPrivate}, {"11.0.0.0", Scope::kPublic},      {"100.63.255.255", Scope::kPublic},
        {"100.64.0.1", Scope::kPrivate},   {"100.127.255.255", Scope::kPrivate}, {"100.128.0.0", Scope::kPublic},
        {"127.0.0.1", Scope::kLoopback},   {"169.254.1.1", Scope::kPrivate},    {"172.15.255.255", Scope::kPublic},
        {"172.16.0.1", Scope::kPrivate},   {"172.31.255.255", Scope::kPrivate}, {"172.32.0.0", Scope::kPublic},
        {"192.168.1.1", Scope::kPrivate},  {"192.169.0.1", Scope::kPublic},     {"192.0.2.1", Scope::kReserved},
        {"198.18.0.1", Scope::kReserved},  {"198.51.100.1", Scope::kReserved},  {"203.0.113.9", Scope::kReserved},
        {"0.0.0.0", Scope::kReserved},     {"224.0.0.1", Scope::kReserved},     {"255.255.255.255", Scope::kReserved},
        {"::1", Scope::kLoopback},         {"::", Scope::kReserved},            {"2a00::1", Scope::kPublic},
        {"2001:db8::1", Scope::kReserved}, {"2001:db9::1", Scope::kPublic},     {"3fff::1", Scope::kReserved},
        {"fe80::1", Scope::kPrivate},      {"fd00::1", Scope::kPrivate},        {"ff02::1", Scope::kReserved},
        {"64:ff9b::102:304", Scope::kPublic}, {"::ffff:10.0.0.1", Scope::kPrivate}, {"::ffff:1.2.3.4", Scope::kPublic},
        {"4000::1", Scope::kReserved},
    };
    for (const auto& row : rows) {
        CAPTURE(row.first);
        CHECK(scope_of(ip(row.first)) == row.second);
        CHECK(!words_of(row.second).empty());
    }
    CHECK(scope_of("") == Scope::kReserved);
    CHECK(scope_of("abc") == Scope::kReserved);
}

TEST_CASE("our own addresses by family and scope") {
    const OwnAddresses own{{ip("192.168.1.2"), ip("1.2.3.4"), ip("fd00::2")}};
    CHECK(own.has(ip("1.2.3.4")));
    CHECK(!own.has(ip("1.2.3.5")));
    CHECK(own.first(4, Scope::kPublic) == "1.2.3.4");
    CHECK(own.first(4, Scope::kPrivate) == "192.168.1.2");
    CHECK(own.first(16, Scope::kPublic) == "");
    CHECK(own.first(16, Scope::kPrivate) == "fd00::2");
}
