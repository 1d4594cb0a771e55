#include "server/crypto/anchors.h"

#include <doctest.h>

#include "tests/fakes/test_ca.h"

using namespace postern;
using namespace postern::crypto;
using fakes::TestCa;

TEST_CASE("a chain leads to its root, to its intermediate, and to nobody else") {
    TestCa ca, impostor, other{"Other"};  // the second calls itself as the first does
    const PrivateKey key = PrivateKey::generate(KeyType::kEc256).value();
    fakes::LeafSpec spec;
    spec.names = {"a.example"};
    const auto bundle = CertBundle::from_pem(ca.fullchain(key, spec), key.to_pem().value().view()).value();
    const auto leaf = CertBundle::from_pem(ca.leaf(key, spec), key.to_pem().value().view()).value();
    CHECK(leads_to_anchor(*bundle, {ca.root()}));
    CHECK(leads_to_anchor(*bundle, {other.root(), "no certificate", impostor.root(), ca.root()}));
    CHECK(leads_to_anchor(*bundle, {ca.intermediate()}));
    CHECK(leads_to_anchor(*leaf, {ca.intermediate()}));
    CHECK_FALSE(leads_to_anchor(*leaf, {ca.root()}));  // the link between is missing
    CHECK_FALSE(leads_to_anchor(*bundle, {other.root(), impostor.root(), impostor.intermediate(), ""}));
    CHECK_FALSE(leads_to_anchor(*bundle, {}));
}
