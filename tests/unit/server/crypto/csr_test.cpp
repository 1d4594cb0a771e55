#include "server/crypto/csr.h"

#include <doctest.h>

#include "server/crypto/cert_bundle.h"
#include "tests/fakes/csr_reader.h"
#include "tests/fakes/test_ca.h"
#include "tests/unit/server/crypto/sample_keys.h"

using namespace postern;
using namespace postern::crypto;

TEST_CASE("make_csr: the names, an empty subject, a good signature") {
    for (const auto& key : {PrivateKey::generate(KeyType::kEc256), PrivateKey::generate(KeyType::kEc384),
                            PrivateKey::from_pem(samples::kRsa2048)}) {
        REQUIRE(key.ok());
        const auto der = make_csr(*key, {"a.example", "*.b.example", "192.0.2.1", "2001:db8::1"});
        REQUIRE(der.ok());
        const auto request = fakes::read_csr(*der);
        REQUIRE(request.has_value());
        CHECK(request->dns == std::vector<std::string>{"a.example", "*.b.example"});
        CHECK(request->ip == std::vector<std::string>{"192.0.2.1", "2001:db8::1"});
        CHECK(request->subject_empty);
        CHECK(request->public_der == *key->public_der());
        CHECK(request->signature_good);
        std::string forged = *der;
        forged[forged.find("a.example")] = 'b';
        CHECK_FALSE(fakes::read_csr(forged)->signature_good);
    }
}

TEST_CASE("make_csr: what a CA makes of it fits the key") {
    const auto key = PrivateKey::generate(KeyType::kEc256);
    REQUIRE(key.ok());
    const fakes::TestCa ca;
    fakes::LeafSpec spec;
    spec.names = {"a.example"};
    const std::string leaf = ca.leaf_for(make_csr(*key, spec.names).value(), spec);
    CHECK(CertBundle::from_pem(leaf + ca.intermediate(), key->to_pem()->view()).ok());
}

TEST_CASE("make_csr: refuses what is no name, takes a hundred long ones") {
    const auto key = PrivateKey::generate(KeyType::kEc256);
    REQUIRE(key.ok());
    CHECK_FALSE(make_csr(*key, {}).ok());
    const auto bad = make_csr(*key, {"a.example", "b example"});
    REQUIRE_FALSE(bad.ok());
    CHECK(bad.error().text().find("\"b example\"") == 0);
    std::vector<std::string> names;
    for (int i = 0; i < 100; ++i) names.push_back(std::string(240, 'x') + std::to_string(i));
    const auto der = make_csr(*key, names);
    REQUIRE(der.ok());
    CHECK(fakes::read_csr(*der)->dns == names);
}
