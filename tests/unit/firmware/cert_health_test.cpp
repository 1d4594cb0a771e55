#include "firmware/cert_health.h"

#include <doctest.h>

using namespace postern;

namespace {

const WallTime kSoon{Seconds(1795219200)}, kLater{Seconds(1795219200 + 86400)};

acme::CertStatus one(const std::string& name, acme::Rung rung, WallTime until) {
    acme::CertStatus status;
    status.name = name;
    status.rung = rung;
    status.facts.emplace().not_after = until;
    return status;
}

}  // namespace

TEST_CASE("a site's certificates are good until the first expires, if all are from a CA and the clock is set") {
    Published<acme::StatusSnapshot> published;
    const CertHealth health(published);
    CHECK(health.public_until("a") == WallTime{});  // nothing is published yet
    auto publish = [&](std::vector<acme::CertStatus> all, bool clock = true) {
        published.set(std::make_shared<acme::StatusSnapshot>(acme::StatusSnapshot{std::move(all), clock, {}}));
    };
    using enum acme::Rung;
    publish({one("a", kPublic, kLater), one("b", kPublic, kSoon)});
    CHECK(health.public_until("a") == kLater);
    CHECK(health.public_until("c") == WallTime{});
    publish({one("a", kPublic, kLater), one("a+rsa", kPublic, kSoon)});
    CHECK(health.public_until("a") == kSoon);
    publish({one("a", kPublic, kLater), one("a+rsa", kSelfSigned, kSoon)});
    CHECK(health.public_until("a") == WallTime{});
    publish({one("a", kPrevious, kLater)});
    CHECK(health.public_until("a") == WallTime{});
    publish({one("a", kPublic, kLater)}, false);
    CHECK(health.public_until("a") == WallTime{});
    auto by_the_ca = std::make_shared<acme::StatusSnapshot>(acme::StatusSnapshot{{one("a", kPublic, kLater)}, true, {}});
    by_the_ca->clock_source = "ca";
    published.set(by_the_ca);
    CHECK(health.public_until("a") == WallTime{});
}
