// Reading chains: what is accepted, what is refused and why, what is read off a leaf. check_for_install: cert_check_test.
#include "server/crypto/cert_bundle.h"

#include <doctest.h>

#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/crypto/cert_making.h"
#include "tests/fakes/fixed_random.h"
#include "tests/fakes/test_ca.h"
#include "tests/unit/server/crypto/sample_keys.h"

using namespace postern;
using namespace postern::crypto;
using fakes::LeafSpec;
using fakes::TestCa;

namespace {

struct Pair {
    PrivateKey key = PrivateKey::generate(KeyType::kEc256).value();
    std::string key_pem = std::string(key.to_pem().value().view());
};

LeafSpec spec_for(std::vector<std::string> names) {
    LeafSpec spec;
    spec.names = std::move(names);
    return spec;
}

WallTime at(long long seconds) {
    return WallTime(std::chrono::duration<long long>(seconds));
}

std::string with_crlf(const std::string& text) {
    std::string out;
    for (char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
}

void check_refused(const std::string& chain, const std::string& key_pem, std::string_view says) {
    CAPTURE(says);
    const auto bundle = CertBundle::from_pem(chain, key_pem);
    REQUIRE_FALSE(bundle.ok());
    const std::string& text = bundle.error().text();
    CAPTURE(text);
    CHECK(text.find("certificate chain: ") == 0);
    CHECK(text.find(says) != std::string::npos);
    CHECK(text.find(key_pem.substr(30, 20)) == std::string::npos);
    CHECK(bundle.error().kind() == ErrorKind::kRefuse);
    CHECK_FALSE(read_facts(chain).ok());
}

}  // namespace

TEST_CASE("CertBundle: a chain as a CA sends it") {
    const TestCa ca;
    const Pair pair;
    LeafSpec spec = spec_for({"a.example", "*.B.example", "192.0.2.1", "2001:db8::1"});
    spec.names[1] = "*.b.example";
    spec.policy = "\x67\x81\x0c\x01\x02\x01";
    const std::string chain = ca.fullchain(pair.key, spec);
    const auto bundle = CertBundle::from_pem(chain, pair.key_pem);
    REQUIRE(bundle.ok());
    const CertFacts& facts = (*bundle)->facts();
    CHECK(facts.names == std::vector<std::string>{"a.example", "*.b.example", "192.0.2.1", "2001:db8::1"});
    CHECK(facts.subject.empty());
    CHECK(facts.issuer == "Test Intermediate");
    CHECK(facts.issuer_dn == "CN=Test Intermediate");
    CHECK(facts.serial.size() == 16);
    CHECK(facts.serial.substr(0, 2) == "7f");
    CHECK(facts.not_before == spec.not_before);
    CHECK(facts.not_after == spec.not_after);
    CHECK(facts.key == "ec256");
    CHECK(facts.signature == "ecdsa-with-SHA256");
    CHECK(facts.fingerprint.size() == 64);
    CHECK(facts.policy == "DV");
    CHECK_FALSE(facts.self_signed);
    CHECK(facts.chain_length == 2);
    CHECK(facts.chain == std::vector<std::string>{"CN=Test Intermediate"});
    const auto read = read_facts(chain);
    REQUIRE(read.ok());
    CHECK(read->fingerprint == facts.fingerprint);
    CHECK(read->chain_length == 2);
    CHECK(read->chain == facts.chain);
}

TEST_CASE("CertBundle: line ends, white space, one certificate, subjects and policies") {
    const TestCa ca;
    const Pair pair;
    LeafSpec spec = spec_for({"a.example"});
    spec.subject = "CN=a.example,O=Example";
    spec.policy = "\x67\x81\x0c\x01\x02\x02";
    const std::string chain = ca.fullchain(pair.key, spec);
    CHECK(CertBundle::from_pem(with_crlf(chain), pair.key_pem).ok());
    CHECK(CertBundle::from_pem("\r\n\n \t\n" + chain + "\n\n", with_crlf(pair.key_pem)).ok());
    CHECK(CertBundle::from_pem(chain.substr(0, chain.size() - 1), pair.key_pem).ok());
    CHECK(CertBundle::from_pem(ca.leaf(pair.key, spec), pair.key_pem).ok());
    const auto facts = read_facts(chain);
    REQUIRE(facts.ok());
    CHECK(facts->subject.find("CN=a.example") != std::string::npos);
    CHECK(facts->policy == "OV");
    CHECK(read_facts(ca.root())->self_signed);
    CHECK_FALSE(read_facts(ca.intermediate())->self_signed);
}

TEST_CASE("CertBundle: extensions that mbedTLS does not know do not stop it") {
    const TestCa ca;
    const Pair pair;
    LeafSpec spec = spec_for({"a.example"});
    spec.unknown_critical = true;
    CHECK(CertBundle::from_pem(ca.fullchain(pair.key, spec), pair.key_pem).ok());
}

TEST_CASE("CertBundle: RSA keys") {
    const TestCa ca;
    const auto key = PrivateKey::from_pem(samples::kRsa2048);
    REQUIRE(key.ok());
    const auto bundle = CertBundle::from_pem(ca.fullchain(*key, spec_for({"a.example"})), samples::kRsa2048);
    REQUIRE(bundle.ok());
    CHECK((*bundle)->facts().key == "rsa2048");
}

TEST_CASE("CertBundle: bad chains") {
    const TestCa ca;
    const Pair pair;
    const std::string leaf = ca.leaf(pair.key, spec_for({"a.example"})), good = leaf + ca.intermediate();
    std::string many = leaf;
    for (std::size_t i = 0; i < limits::kChainCertificates; ++i) many += ca.intermediate();
    std::string huge;
    while (huge.size() < 3'000'000) huge += good;
    std::string flipped = leaf;
    flipped[28] = 'A';  // the outermost tag
    const std::string end = "-----END CERTIFICATE-----\n";
    struct Row {
        std::string chain;
        std::string_view says;
    };
    for (const Row& row : std::vector<Row>{
             {"", "empty"},
             {"\n\n", "empty"},
             {std::string("\0", 1), "NUL"},
             {good + std::string("\0", 1), "NUL"},
             {leaf + std::string("\0", 1) + ca.intermediate(), "NUL"},
             {good + pair.key_pem, "PRIVATE KEY block in a certificate chain"},
             {pair.key_pem + good, "PRIVATE KEY block in a certificate chain"},
             {leaf + pair.key_pem + ca.intermediate(), "PRIVATE KEY"},
             {leaf + "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "X509 CRL"},
             {"<html>502 Bad Gateway</html>", "line 1: text outside the PEM blocks: \"<html>502"},
             {"# my chain\n" + good, "line 1: text outside"},
             {leaf + "and then\n" + ca.intermediate(), "text outside"},
             {good + "trailing", "text outside"},
             {good + "-----BEGIN CERTIFICATE-----\n", "no END line"},
             {good.substr(0, good.size() - 40), "no END line"},
             {leaf.substr(0, leaf.size() - end.size()) + ca.intermediate(), "line 1: the CERTIFICATE block has no END"},
             {"-----BEGIN CERTIFICATE-----\n" + end, "no valid base64"},
             {"-----BEGIN CERTIFICATE-----\nAAAA\n" + end, "certificate at line 1"},
             {"-----BEGIN CERTIFICATE-----\nkey: value\n\nAAAA\n" + end, "headers"},
             {"-----BEGIN CERTIFICATE-----\n\x80\x81\n" + end, "no valid base64"},
             {"-----BEGIN -----\nAAAA\n-----END -----\n", "text outside"},
             {flipped, "certificate chain: certificate at line 1: "},
             {many, "more than 10 PEM blocks"},
             {huge, "larger than"}}) {
        check_refused(row.chain, pair.key_pem, row.says);
    }
}

TEST_CASE("CertBundle: every cut of a leaf is refused, every flipped byte survived") {
    const TestCa ca;
    const Pair pair;
    const std::string leaf = ca.leaf(pair.key, spec_for({"a.example"}));
    for (std::size_t size = 0; size + 1 < leaf.size(); ++size) {
        if (CertBundle::from_pem(leaf.substr(0, size), pair.key_pem).ok()) FAIL("accepted " << size << " bytes");
    }
    for (std::size_t place = 0; place < leaf.size(); ++place) {
        std::string flipped = leaf;
        flipped[place] = static_cast<char>(flipped[place] ^ (1 << place % 7));
        (void)CertBundle::from_pem(flipped, pair.key_pem);  // the sanitizers watch
    }
}

TEST_CASE("CertBundle: the key must be the leaf's") {
    const TestCa ca;
    const Pair mine, other;
    const std::string chain = ca.fullchain(mine.key, spec_for({"a.example"}));
    for (const std::string& key : {other.key_pem, std::string(samples::kRsa2048),
                                   std::string(PrivateKey::generate(KeyType::kEc384)->to_pem()->view())}) {
        const auto bundle = CertBundle::from_pem(chain, key);
        REQUIRE_FALSE(bundle.ok());
        CHECK(bundle.error().text().find("does not belong to the first certificate (serial 7f") != std::string::npos);
    }
    CHECK(CertBundle::from_pem(chain, "").error().text().find("private key: empty") == 0);
    // The right certificates the wrong way round: the first is the intermediate.
    CHECK_FALSE(CertBundle::from_pem(ca.intermediate() + ca.leaf(mine.key, spec_for({"a.example"})), mine.key_pem).ok());
}

TEST_CASE("CertBundle: covers") {
    const TestCa ca;
    const Pair pair;
    const LeafSpec spec = spec_for({"a.example", "*.b.example", "192.0.2.1", "2001:db8::1"});
    const auto made = CertBundle::from_pem(ca.fullchain(pair.key, spec), pair.key_pem);
    REQUIRE(made.ok());
    for (std::string_view name : {"a.example", "A.EXAMPLE", "a.example.", "x.b.example", "X.b.Example", "*.b.example",
                                  "192.0.2.1", "2001:db8::1", "2001:DB8:0:0::1"}) {
        CAPTURE(name);
        CHECK((*made)->covers(name));
    }
    for (std::string_view name : {"", ".", "b.example", "x.y.b.example", ".b.example", "x.a.example", "example", "a.exampl",
                                  "a.example..", "192.0.2.2", "2001:db8::2", "xb.example", "*.a.example", "*"}) {
        CAPTURE(name);
        CHECK_FALSE((*made)->covers(name));
    }
}

TEST_CASE("CertBundle: dates in 64 bits") {
    const TestCa ca;
    const Pair pair;
    for (long long end : {1893455999ll, 2147483648ll, 2524607999ll, 2524608000ll, 4294967296ll, 253402300799ll}) {
        LeafSpec spec = spec_for({"a.example"});
        spec.not_after = at(end);
        const auto facts = read_facts(ca.leaf(pair.key, spec));
        REQUIRE(facts.ok());
        CHECK(facts->not_after == at(end));
    }
}

TEST_CASE("make_self_signed: named, dated, no CA, and different each time") {
    const Pair pair;
    fakes::FixedRandom random;
    const WallTime from = at(1795219200);
    const auto pem = make_self_signed(pair.key, {"a.example", "*.b.example", "::1"}, from, 3650, random);
    REQUIRE(pem.ok());
    const auto bundle = CertBundle::from_pem(*pem, pair.key_pem);
    REQUIRE(bundle.ok());
    const CertFacts& facts = (*bundle)->facts();
    CHECK(facts.names == std::vector<std::string>{"a.example", "*.b.example", "::1"});
    CHECK(facts.issuer == "Postern self-signed");
    CHECK(facts.self_signed);
    CHECK(facts.not_before == from);
    CHECK(facts.not_after == from + std::chrono::hours(24 * 3650));
    CHECK(check_for_install(**bundle, {"a.example", "*.b.example", "::1"}, from).ok());
    CHECK(read_facts(*make_self_signed(pair.key, {"a.example"}, from, 1, random))->serial != facts.serial);
    CHECK(facts.serial.size() == 32);
}

TEST_CASE("make_self_signed: names that are none, and very many") {
    const Pair pair;
    fakes::FixedRandom random;
    for (const char* bad : {"", "a b", "UPPER.example", "a..example/", ".a", "a.", "*.", "*", "a.*.b", "1.2.3.4:80", "[::1]",
                            "a\nb", "münchen.example"}) {
        CAPTURE(bad);
        const auto made = make_self_signed(pair.key, {"good.example", bad}, at(0), 1, random);
        REQUIRE_FALSE(made.ok());
        CHECK(made.error().kind() == ErrorKind::kAdmin);
    }
    CHECK(make_self_signed(pair.key, {}, at(0), 1, random).error().kind() == ErrorKind::kBug);
    CHECK_FALSE(make_self_signed(pair.key, {std::string(254, 'a')}, at(0), 1, random).ok());
    std::vector<std::string> names;
    for (int i = 0; i < 100; ++i) names.push_back(std::string(200, 'a') + std::to_string(i) + ".example");
    const auto many = make_self_signed(pair.key, names, at(0), 1, random);
    REQUIRE(many.ok());
    CHECK(read_facts(*many)->names == names);
}
