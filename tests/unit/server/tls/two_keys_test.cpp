// A site with two kinds of keys: each client gets the certificate that it can check.
#include <doctest.h>

#include "tests/fakes/test_ca.h"
#include "tests/unit/server/tls/tls_tester.h"

using namespace postern;
using namespace postern::tls_tests;
using tls::CertTable;

namespace {

const std::vector<std::string>& names() {
    static const std::vector<std::string> names = {"a.example"};
    return names;
}

CertTable::Bundle ec() {
    static const CertTable::Bundle bundle = make_bundle(names());
    return bundle;
}
CertTable::Bundle rsa() {
    static const CertTable::Bundle bundle = make_bundle(names(), crypto::KeyType::kRsa2048);
    return bundle;
}

CertTable::Bundle from_ca(crypto::KeyType type) {
    static const fakes::TestCa ca;
    const crypto::PrivateKey key = crypto::PrivateKey::generate(type).value();
    fakes::LeafSpec spec;
    spec.names = names();
    const std::string pem(key.to_pem().value().view());
    return crypto::CertBundle::from_pem(ca.fullchain(key, spec), pem).value();
}

struct Site {
    explicit Site(std::vector<CertTable::Entry> entries) : table(std::make_shared<const CertTable>(std::move(entries))) {}
    Published<CertTable> table;
    std::shared_ptr<const tls::TlsContext> context = tls::TlsContext::make(table, {.alpn = {}, .tickets = nullptr}).value();
    tls::TlsScratch scratch;

    // What a client that offers these shows to have seen; empty: no handshake came about.
    std::string seen(mbedtls_ssl_protocol_version version, const std::uint16_t* algorithms, const int* ciphers = nullptr) {
        fakes::Pipe pipe;
        tls::TlsStream stream(std::make_unique<fakes::PipeStream>(pipe), context, scratch);
        Client client(pipe, {.version = version, .alpn = {nullptr}});
        client.restrict_to(algorithms, ciphers);
        return shake_hands(client, stream) ? client.seen_certificate() : "";
    }
};

constexpr std::uint16_t kEcOnly[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_NONE};
constexpr std::uint16_t kRsaOnly[] = {MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256,
                                      MBEDTLS_TLS1_3_SIG_NONE};
constexpr std::uint16_t kBoth[] = {MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256, MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
                                   MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256, MBEDTLS_TLS1_3_SIG_NONE};

}  // namespace

TEST_CASE("the signature algorithms of the client choose, over both versions") {
    Site site({{"a", names(), ec()}, {"a+rsa", names(), rsa()}});
    for (const auto version : {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3}) {
        CAPTURE(version);
        CHECK(site.seen(version, kEcOnly) == der_of(ec()));
        CHECK(site.seen(version, kRsaOnly) == der_of(rsa()));
        CHECK(site.seen(version, kBoth) == der_of(ec()));
    }
}

TEST_CASE("over TLS 1.2 the ciphers of the client choose as well") {
    Site site({{"a", names(), ec()}, {"a+rsa", names(), rsa()}});
    constexpr int kRsaCipher[] = {MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0};
    constexpr int kEcCipher[] = {MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0};
    CHECK(site.seen(MBEDTLS_SSL_VERSION_TLS1_2, kBoth, kRsaCipher) == der_of(rsa()));
    CHECK(site.seen(MBEDTLS_SSL_VERSION_TLS1_2, kBoth, kEcCipher) == der_of(ec()));
}

TEST_CASE("a client that can do neither gets none, and one kind of key serves those who can do it") {
    Site one({{"a", names(), ec()}});
    CHECK(one.seen(MBEDTLS_SSL_VERSION_TLS1_3, kRsaOnly).empty());
    CHECK(one.seen(MBEDTLS_SSL_VERSION_TLS1_3, kEcOnly) == der_of(ec()));
}

TEST_CASE("a self-signed certificate stands back while the other kind of key has a CA's") {
    const auto public_rsa = from_ca(crypto::KeyType::kRsa2048);
    const CertTable waiting({{"a", names(), ec()}, {"a+rsa", names(), public_rsa}});
    CHECK(waiting.choose("a.example").first == public_rsa);
    CHECK(waiting.choose("a.example").second == nullptr);
    const auto public_ec = from_ca(crypto::KeyType::kEc256);
    const CertTable first({{"a", names(), public_ec}, {"a+rsa", names(), ec()}});
    CHECK(first.choose("a.example").first == public_ec);
    CHECK(first.choose("a.example").second == nullptr);
    const CertTable both({{"a", names(), public_ec}, {"a+rsa", names(), public_rsa}});
    CHECK(both.choose("nobody.example").first == public_ec);
    CHECK(both.choose("nobody.example").second == public_rsa);
}

TEST_CASE("two self-signed ones of one kind, or one without its first, are one") {
    const CertTable alike({{"a", names(), ec()}, {"a+rsa", names(), make_bundle(names())}});
    CHECK(alike.choose("a.example").first == ec());
    CHECK(alike.choose("a.example").second == nullptr);
    const CertTable alone({{"a+rsa", names(), rsa()}});
    CHECK(alone.choose("a.example").first == rsa());
    CHECK(alone.choose("a.example").second == nullptr);
    CHECK(CertTable().choose("a.example").first == nullptr);
}
