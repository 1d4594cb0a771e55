// The certificate that answers tls-alpn-01, byte by byte as RFC 8737 section 3 asks for it.
#include <doctest.h>
#include <mbedtls/x509_crt.h>

#include "server/crypto/cert_making.h"
#include "server/crypto/hash.h"
#include "server/crypto/init.h"
#include "tests/fakes/cert_reader.h"
#include "tests/fakes/fixed_random.h"

using namespace postern;
using namespace postern::crypto;

namespace {

constexpr WallTime kNow{Seconds(1795219200)};
constexpr std::string_view kKeyAuthorization = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ";

std::string der_of(const CertBundle& pair) {
    const mbedtls_x509_crt* leaf = pair.native_chain();
    return {reinterpret_cast<const char*>(leaf->raw.p), leaf->raw.len};
}

std::shared_ptr<const CertBundle> make(const std::string& name, std::string_view key_authorization = kKeyAuthorization) {
    static fakes::FixedRandom random;
    REQUIRE(init().ok());
    auto pair = make_challenge_pair(name, key_authorization, kNow, random);
    REQUIRE_MESSAGE(pair.ok(), pair.error().text());
    return std::move(*pair);
}

}  // namespace

TEST_CASE("challenge pair: one name, in the SAN alone, as dNSName or iPAddress") {
    struct Row {
        const char* name;
        std::string san;  // GeneralNames, DER
    };
    const std::string long_name = std::string(63, 'a') + "." + std::string(63, 'b') + ".example";
    for (const Row& row : {Row{"a.example", std::string("\x30\x0b\x82\x09") + "a.example"},
                           Row{"192.0.2.1", std::string("\x30\x06\x87\x04\xc0\x00\x02\x01", 8)},
                           Row{"2001:db8::1", std::string("\x30\x12\x87\x10\x20\x01\x0d\xb8", 8) + std::string(11, '\0') + "\x01"},
                           Row{long_name.c_str(), std::string("\x30\x81\x8a\x82\x81\x87", 6) + long_name}}) {
        CAPTURE(row.name);
        const auto pair = make(row.name);
        const auto reading = fakes::read_certificate(der_of(*pair));
        REQUIRE(reading.has_value());
        CHECK(reading->extensions.at(std::string(fakes::kAltNameOid)).value == row.san);
        CHECK(reading->issuer == reading->subject);
        CHECK(reading->issuer.find(row.name) == std::string::npos);
        CHECK(pair->facts().subject == "CN=Postern tls-alpn-01");
        CHECK(pair->facts().names == std::vector<std::string>{row.name});
        CHECK(pair->covers(row.name));
    }
}

TEST_CASE("challenge pair: acmeIdentifier is critical and holds the hash as an OCTET STRING") {
    const auto reading = fakes::read_certificate(der_of(*make("a.example")));
    REQUIRE(reading.has_value());
    const auto& identifier = reading->extensions.at(std::string(fakes::kAcmeIdentifierOid));
    CHECK(identifier.critical);
    CHECK(identifier.value == "\x04\x20" + sha256(kKeyAuthorization));
    const auto other = fakes::read_certificate(der_of(*make("a.example", "another")));
    CHECK(other->extensions.at(std::string(fakes::kAcmeIdentifierOid)).value == "\x04\x20" + sha256("another"));
}

TEST_CASE("challenge pair: signs itself, a fresh P-256 key, valid around now, refused by visitors") {
    const auto pair = make("a.example"), again = make("a.example");
    CHECK(pair->facts().self_signed);
    CHECK(pair->facts().key == "ec256");
    CHECK(pair->facts().not_before < kNow);
    CHECK(pair->facts().not_after > kNow + Seconds(86400));
    CHECK(pair->facts().serial != again->facts().serial);
    const std::string der = der_of(*pair);
    mbedtls_x509_crt visitor;
    mbedtls_x509_crt_init(&visitor);
    CHECK(mbedtls_x509_crt_parse_der(&visitor, reinterpret_cast<const unsigned char*>(der.data()), der.size()) != 0);
    mbedtls_x509_crt_free(&visitor);
}

TEST_CASE("challenge pair: refuses what is no name") {
    fakes::FixedRandom random;
    REQUIRE(init().ok());
    for (const char* bad : {"", "a b", "A.example", "a.example.", "192.0.2.1:443"}) {
        CAPTURE(bad);
        CHECK_FALSE(make_challenge_pair(bad, kKeyAuthorization, kNow, random).ok());
    }
}
