// check_for_install: one row for each way in which a pair from a CA can be wrong.
#include <doctest.h>

#include "server/crypto/cert_bundle.h"
#include "tests/fakes/test_ca.h"

using namespace postern;
using namespace postern::crypto;
using fakes::LeafSpec;
using fakes::TestCa;

namespace {

constexpr long long kNow = 1795219200;

// What "openssl req -x509" makes for a.example: a CA that has signed itself. Until 2126.
constexpr char kLone[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBljCCATugAwIBAgIUOhErcK1rYTvJC0WMQRg7Y7j2tY8wCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMjE5NTgyOFoYDzIxMjYxMDI5\n"
    "MTk1ODI4WjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAAR9BnbYMicO4rviQadtt4tYMRboBFxuIRQSNfb1NPic5o817/RMMnBe\n"
    "0lqfJ4r1s7+mkik4dO4ErXG+Mp6IEssWo2kwZzAdBgNVHQ4EFgQU8vmjOu39CCd1\n"
    "4dvmIr0Gc5xFpukwHwYDVR0jBBgwFoAU8vmjOu39CCd14dvmIr0Gc5xFpukwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglhLmV4YW1wbGUwCgYIKoZIzj0EAwID\n"
    "SQAwRgIhAN5lo+ivoNqNdzWksuDbj/HkVOr7b/gfa6Zu2jXU+kbpAiEApSXSd4B3\n"
    "BUnlC+6h/idJfAGAg8HbRPKKy8lK/8QuEzc=\n"
    "-----END CERTIFICATE-----\n";
constexpr char kLoneKey[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFDSSRenDGsibgqso\n"
    "dnGo/HP7jzzw69VqDlrt943HiQehRANCAAR9BnbYMicO4rviQadtt4tYMRboBFxu\n"
    "IRQSNfb1NPic5o817/RMMnBe0lqfJ4r1s7+mkik4dO4ErXG+Mp6IEssW\n"
    "-----END PRIVATE KEY-----\n";

WallTime at(long long seconds) {
    return WallTime(std::chrono::duration<long long>(seconds));
}

// A CA, a stranger that calls itself by the same name, and a key.
struct Stage {
    TestCa ca, impostor, other{"Other"};
    PrivateKey key = PrivateKey::generate(KeyType::kEc256).value();
    std::string key_pem = std::string(key.to_pem().value().view());

    LeafSpec spec(std::vector<std::string> names = {"a.example", "b.example"}) const {
        LeafSpec made;
        made.names = std::move(names);
        return made;
    }

    std::string verdict(const std::string& chain, std::vector<std::string> wanted = {"a.example", "b.example"},
                        long long now = kNow) const {
        const auto bundle = CertBundle::from_pem(chain, key_pem);
        if (!bundle) return "unread: " + bundle.error().text();
        const auto checked = check_for_install(**bundle, wanted, at(now));
        if (checked) return "ok";
        CHECK(checked.error().kind() == ErrorKind::kRefuse);
        return checked.error().text();
    }
};

bool says(const std::string& verdict, std::string_view words) {
    CAPTURE(verdict);
    CAPTURE(words);
    const bool said = verdict.find(words) != std::string::npos;
    CHECK(said);
    return said;
}

}  // namespace

TEST_CASE("check_for_install: other names are refused, unless they are allowed; those wanted are looked for either way") {
    const Stage stage;
    const auto bundle = CertBundle::from_pem(stage.ca.fullchain(stage.key, stage.spec({"a.example", "www.a.example"})), stage.key_pem);
    REQUIRE(bundle.ok());
    CHECK_FALSE(check_for_install(**bundle, {"a.example"}, at(kNow)).ok());
    CHECK(check_for_install(**bundle, {"a.example"}, at(kNow), Origin::kOwners).ok());
    CHECK_FALSE(check_for_install(**bundle, {"b.example"}, at(kNow), Origin::kOwners).ok());
}

TEST_CASE("check_for_install: an owner's lone certificate may call itself a CA, one that was ordered may not") {
    constexpr long long kLater = kNow + 7 * 86400;
    const auto lone = CertBundle::from_pem(kLone, kLoneKey);
    REQUIRE(lone.ok());
    CHECK(check_for_install(**lone, {"a.example"}, at(kLater), Origin::kOwners).ok());
    const auto ordered = check_for_install(**lone, {"a.example"}, at(kLater));
    REQUIRE_FALSE(ordered.ok());
    says(ordered.error().text(), "is a CA's");
    const Stage stage;
    LeafSpec ca = stage.spec();
    ca.ca = true;
    const auto issued = CertBundle::from_pem(stage.ca.fullchain(stage.key, ca), stage.key_pem);
    REQUIRE(issued.ok());
    CHECK_FALSE(check_for_install(**issued, {"a.example", "b.example"}, at(kNow), Origin::kOwners).ok());
}

TEST_CASE("check_for_install: what is right passes") {
    const Stage stage;
    const std::string leaf = stage.ca.leaf(stage.key, stage.spec());
    CHECK(stage.verdict(leaf + stage.ca.intermediate()) == "ok");
    CHECK(stage.verdict(leaf + stage.ca.intermediate() + stage.ca.root()) == "ok");
    CHECK(stage.verdict(leaf) == "ok");
    CHECK(stage.verdict(leaf, {"B.example", "A.EXAMPLE"}) == "ok");
    const std::string wild = stage.ca.fullchain(stage.key, stage.spec({"*.c.example", "c.example"}));
    CHECK(stage.verdict(wild, {"c.example", "*.c.example"}) == "ok");
    CHECK(stage.verdict(wild, {"c.example", "*.c.example", "x.c.example"}) == "ok");
    const std::string ip = stage.ca.fullchain(stage.key, stage.spec({"192.0.2.1", "2001:db8::1"}));
    CHECK(stage.verdict(ip, {"2001:DB8:0::1", "192.0.2.1"}) == "ok");
}

TEST_CASE("check_for_install: names") {
    const Stage stage;
    const std::string both = stage.ca.fullchain(stage.key, stage.spec());
    says(stage.verdict(both, {"a.example", "b.example", "c.example"}),
         "does not cover c.example; it is for: a.example b.example");
    says(stage.verdict(both, {"a.example"}), "names b.example, which nobody asked for");
    says(stage.verdict(both, {"somebody-else.example"}), "does not cover somebody-else.example");
    const std::string wild = stage.ca.fullchain(stage.key, stage.spec({"*.c.example"}));
    says(stage.verdict(wild, {"x.c.example"}), "names *.c.example, which nobody asked for");
    says(stage.verdict(wild, {"*.c.example", "c.example"}), "does not cover c.example");
    says(stage.verdict(wild, {"*.c.example", "x.y.c.example"}), "does not cover x.y.c.example");
    LeafSpec nameless = stage.spec({});
    nameless.subject = "CN=a.example";  // a common name is no name any more (RFC 9110 section 4.3.4)
    says(stage.verdict(stage.ca.fullchain(stage.key, nameless), {"a.example"}), "does not cover a.example");
}

TEST_CASE("check_for_install: dates, at their edges and beyond 2038 and 2106") {
    const Stage stage;
    struct Row {
        long long from, until, now;
        std::string_view says;
    };
    for (const Row& row : std::vector<Row>{
             {kNow - 10, kNow + 10, kNow, "ok"},
             {kNow, kNow + 1, kNow, "ok"},
             {kNow - 10, kNow, kNow - 1, "ok"},
             {kNow - 10, kNow, kNow, "expired at 2026-11-21T00:00:00Z; the clock here says 2026-11-21T00:00:00Z"},
             {kNow - 864000, kNow - 86400, kNow, "expired at 2026-11-20T00:00:00Z"},
             {kNow + 1, kNow + 100, kNow, "not valid before 2026-11-21T00:00:01Z"},
             {kNow + 86400 * 365, kNow + 86400 * 400, kNow, "not valid before 2027-11-21"},
             {kNow + 100, kNow, kNow, "before it begins"},
             {2147483600, 2147483700, 2147483650, "ok"},
             {2147483600, 2147483700, 2147483701, "expired at 2038-01-19"},
             {4294967200, 4294967400, 4294967300, "ok"},
             {4294967200, 4294967400, kNow, "not valid before 2106-02-07"}}) {
        LeafSpec spec = stage.spec();
        spec.not_before = at(row.from);
        spec.not_after = at(row.until);
        says(stage.verdict(stage.ca.fullchain(stage.key, spec), spec.names, row.now), row.says);
    }
    // The issuers' own dates: TestCa's begin in 2020 and end in 2199.
    LeafSpec early = stage.spec();
    early.not_before = at(1000000000);
    says(stage.verdict(stage.ca.fullchain(stage.key, early), early.names, 1500000000),
         "(CN=Test Intermediate) is not valid before 2020-01-01");
    CHECK(stage.verdict(stage.ca.leaf(stage.key, early), early.names, 1500000000) == "ok");
}

TEST_CASE("check_for_install: chains") {
    const Stage stage;
    const std::string leaf = stage.ca.leaf(stage.key, stage.spec());
    says(stage.verdict(leaf + stage.ca.root()), "out of order or broken: certificate 1 (serial 7f");
    says(stage.verdict(leaf + stage.ca.root() + stage.ca.intermediate()), "is not signed by the next one (CN=Test Root)");
    says(stage.verdict(leaf + stage.other.intermediate()), "is not signed by the next one (CN=Other Intermediate)");
    says(stage.verdict(leaf + stage.impostor.intermediate()), "is not signed by");  // the name is right, the key is not
    says(stage.verdict(leaf + stage.ca.intermediate() + stage.ca.intermediate()), "certificate 2 (CN=Test Intermediate)");
    says(stage.verdict(leaf + leaf), "certificate 1");
    says(stage.verdict(leaf + stage.ca.intermediate() + stage.other.root()), "certificate 2");
    says(stage.verdict(stage.ca.intermediate() + leaf), "unread: the private key does not belong");
    LeafSpec ca = stage.spec();
    ca.ca = true;
    says(stage.verdict(stage.ca.fullchain(stage.key, ca)), "is a CA's");
}
