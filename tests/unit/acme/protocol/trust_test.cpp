// Trust anchors: of a file, of the system, and those built in.
#include "acme/protocol/trust.h"

#include <doctest.h>

#include <set>

#include "acme/protocol/built_in_anchors.h"
#include "server/crypto/cert_bundle.h"
#include "server/crypto/init.h"
#include "tests/unit/acme/protocol/transport_world.h"

using namespace postern;
using namespace postern::acme;

TEST_CASE("a system without a bundle: the roots of the CAs with a name are built in, for the CA's own HTTPS") {
    REQUIRE(crypto::init().ok());
    const PemFile empty("");
    const char* const bundles[] = {"/nowhere/at/all.crt", "/", empty.path.c_str()};
    const auto anchors = read_ca_anchors("", bundles);
    REQUIRE_MESSAGE(anchors.ok(), anchors.error().text());
    CHECK(anchors->source.find("built in") != std::string::npos);
    REQUIRE(anchors->blocks.size() == built_in_anchors().size());
    const WallTime now = fakes::FakeClock().wall();
    std::set<std::string> seen;
    for (std::size_t i = 0; i < anchors->blocks.size(); ++i) {
        const auto facts = crypto::read_facts(anchors->blocks[i]);
        const std::string name(built_in_anchors()[i].name);
        CAPTURE(name);
        REQUIRE_MESSAGE(facts.ok(), facts.error().text());
        CHECK(facts->subject.find(name) != std::string::npos);  // under this name and no other
        CHECK(facts->subject == facts->issuer_dn);
        CHECK(facts->not_after > now + Seconds(8 * 365 * 86400));
        seen.insert(name);
    }
    CHECK(seen.size() == anchors->blocks.size());
    CHECK(seen.count("ISRG Root X1") == 1);
    CHECK(seen.count("ISRG Root X2") == 1);
}

TEST_CASE("a bundle, or a ca_file, comes before what is built in, and a ca_file that is missing is not made up for") {
    const std::string block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const PemFile file(block), none("nothing");
    const char* const bundles[] = {"/nowhere/at/all.crt", none.path.c_str(), file.path.c_str()};
    CHECK(read_ca_anchors("", bundles)->source == file.path);
    CHECK(read_ca_anchors("", bundles)->blocks == std::vector<std::string>{block});
    CHECK(read_ca_anchors(file.path, {})->source == file.path);
    CHECK_FALSE(read_ca_anchors(none.path, {}).ok());
    CHECK_FALSE(read_ca_anchors("/nowhere/at/all.pem", {}).ok());
    CHECK(read_ca_anchors("")->source == system_bundles().front());  // of this machine, as ever
}
