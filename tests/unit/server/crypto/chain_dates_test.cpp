#include "server/crypto/chain_dates.h"

#include <doctest.h>
#include <mbedtls/x509_crt.h>

#include "server/crypto/x509_chain.h"
#include "tests/fakes/test_ca.h"

using namespace postern;
using namespace postern::crypto;

TEST_CASE("the dates of a chain: those common to all its certificates, judged by the clock that is handed in") {
    const fakes::TestCa ca;
    const PrivateKey key = PrivateKey::generate(KeyType::kEc256).value();
    fakes::LeafSpec spec;
    spec.names = {"ca.example"};
    const X509Chain chain = X509Chain::from_pem(ca.fullchain(key, spec)).value();
    const mbedtls_x509_crt& leaf = *chain.native();
    const WallTime from = not_before_of(leaf), until = not_after_of(leaf);
    constexpr std::uint32_t kFuture = MBEDTLS_X509_BADCERT_FUTURE, kPast = MBEDTLS_X509_BADCERT_EXPIRED,
                            kOther = MBEDTLS_X509_BADCERT_NOT_TRUSTED;
    struct {
        std::optional<WallTime> now;
        std::uint32_t said;
    } const rows[] = {{from, 0}, {from - Seconds(1), kFuture}, {until, 0}, {until + Seconds(1), kPast}, {std::nullopt, 0}};
    for (const auto& row : rows) {
        ChainDates dates;
        CHECK_FALSE(dates.cover(from));  // nothing was judged yet
        std::uint32_t flags = kOther | kPast | kFuture;  // by the machine's clock, which does not count
        dates.judge(leaf, row.now, flags);
        CHECK(flags == (kOther | row.said));
        CHECK(dates.cover(from));
        CHECK(dates.cover(until));
        CHECK_FALSE(dates.cover(from - Seconds(1)));
        CHECK_FALSE(dates.cover(until + Seconds(1)));
    }
    ChainDates both;
    std::uint32_t flags = 0;
    REQUIRE(leaf.next != nullptr);
    both.judge(*leaf.next, std::nullopt, flags);
    both.judge(leaf, std::nullopt, flags);
    CHECK(both.cover(until) == (not_after_of(*leaf.next) >= until));
    CHECK_FALSE(both.cover(until + Seconds(1)));
    both.begin();
    CHECK_FALSE(both.cover(until));
}
