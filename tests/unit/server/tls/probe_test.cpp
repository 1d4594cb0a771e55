#include "server/tls/probe.h"

#include <doctest.h>
#include <mbedtls/pk.h>

#include <utility>

#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::tls_tests;

TEST_CASE("a good pair passes, by any of its names, a wildcard and none") {
    auto pair = make_bundle({"p.example", "*.p.example", "192.0.2.1"});
    for (const char* name : {"p.example", "x.p.example", "*.p.example", "192.0.2.1", "", "other.example"}) {
        CAPTURE(name);
        auto result = tls::probe_pair(pair, name);
        CHECK_MESSAGE(result.ok(), (result.ok() ? "" : result.error().text()));
    }
}

TEST_CASE("a key that does not belong fails and says so") {
    auto one = make_bundle({"one.example"}), two = make_bundle({"two.example"});
    std::swap(*one->native_key(), *two->native_key());
    auto result = tls::probe_pair(one, "one.example");
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind() == ErrorKind::kAdmin);
    CHECK(result.error().text().find("trial handshake") != std::string::npos);
    std::swap(*one->native_key(), *two->native_key());
    CHECK(tls::probe_pair(one, "one.example").ok());
}
