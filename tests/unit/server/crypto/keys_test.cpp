#include "server/crypto/keys.h"

#include <doctest.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include <array>
#include <thread>
#include <vector>

#include "server/base/base64url.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"
#include "server/crypto/rng.h"
#include "tests/unit/server/crypto/sample_keys.h"

using namespace postern;
using namespace postern::crypto;
using namespace postern::samples;

namespace {

mbedtls_mpi number(std::string_view bytes) {
    mbedtls_mpi value;
    mbedtls_mpi_init(&value);
    REQUIRE(mbedtls_mpi_read_binary(&value, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 0);
    return value;
}

// RFC 7518 section 3.4, with nothing of ours: the key is its two coordinates.
bool verifies(const PrivateKey::PublicNumbers& point, std::string_view message, std::string_view signature) {
    const std::size_t half = point.first.size();
    if (signature.size() != 2 * half) return false;
    const std::string sec1 = "\x04" + point.first + point.second;
    std::string hash(half, '\0');
    REQUIRE(mbedtls_md(mbedtls_md_info_from_type(half == 32 ? MBEDTLS_MD_SHA256 : MBEDTLS_MD_SHA384),
                       reinterpret_cast<const unsigned char*>(message.data()), message.size(), reinterpret_cast<unsigned char*>(hash.data())) == 0);
    mbedtls_ecp_group group;
    mbedtls_ecp_group_init(&group);
    REQUIRE(mbedtls_ecp_group_load(&group, half == 32 ? MBEDTLS_ECP_DP_SECP256R1 : MBEDTLS_ECP_DP_SECP384R1) == 0);
    mbedtls_ecp_point q;
    mbedtls_ecp_point_init(&q);
    REQUIRE(mbedtls_ecp_point_read_binary(&group, &q, reinterpret_cast<const unsigned char*>(sec1.data()), sec1.size()) == 0);
    mbedtls_mpi r = number(signature.substr(0, half)), s = number(signature.substr(half));
    const int code = mbedtls_ecdsa_verify(&group, reinterpret_cast<const unsigned char*>(hash.data()), hash.size(), &q, &r, &s);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    mbedtls_ecp_point_free(&q);
    mbedtls_ecp_group_free(&group);
    return code == 0;
}

}  // namespace

TEST_CASE("keys: names of types both ways") {
    for (KeyType type : {KeyType::kEc256, KeyType::kEc384, KeyType::kRsa2048, KeyType::kRsa3072, KeyType::kRsa4096}) {
        CHECK(key_type_from(name_of(type)) == type);
    }
    CHECK(name_of(KeyType::kRsa3072) == "rsa3072");
    CHECK_FALSE(key_type_from("rsa1024").has_value());
    CHECK_FALSE(key_type_from("").has_value());
}

TEST_CASE("keys: a generated key comes back from its PEM") {
    for (KeyType type : {KeyType::kEc256, KeyType::kEc384}) {
        auto key = PrivateKey::generate(type);
        REQUIRE(key.ok());
        auto pem = key->to_pem();
        REQUIRE(pem.ok());
        auto back = PrivateKey::from_pem(pem->view());
        REQUIRE(back.ok());
        CHECK(back->type() == type);
        CHECK(*back->public_der() == *key->public_der());
        CHECK(*PrivateKey::generate(type)->public_der() != *key->public_der());
    }
}

TEST_CASE("keys: RSA is read, written and told by its size") {
    auto key = PrivateKey::from_pem(kRsa2048);
    REQUIRE(key.ok());
    CHECK(key->type() == KeyType::kRsa2048);
    CHECK(PrivateKey::from_pem(key->to_pem()->view()).ok());
    CHECK(key->public_der()->size() == 294);
}

TEST_CASE("keys: what openssl writes is read, in both forms, with any line ends") {
    for (std::string_view pem : {kSec1, kPkcs8}) {
        auto key = PrivateKey::from_pem(pem);
        REQUIRE(key.ok());
        CHECK(key->type() == KeyType::kEc256);
        CHECK(key->public_der()->size() == 91);
        std::string crlf;
        for (char c : pem) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
        CHECK(*PrivateKey::from_pem("\n \t\r\n" + crlf)->public_der() == *key->public_der());
    }
}

TEST_CASE("keys: bad PEM") {
    const std::string good(kPkcs8);
    struct Row {
        std::string pem;
        std::string_view says;
    };
    for (const Row& row : std::vector<Row>{
             {"", "empty"},
             {"  \n", "empty"},
             {std::string("\0", 1), "NUL"},
             {good + std::string("\0", 1), "NUL"},
             {"garbage\n" + good, "line 1: text outside"},
             {good + "garbage", "line 6: text outside"},
             {good + good, "one PRIVATE KEY"},
             {good.substr(0, good.size() / 2), "no END line"},
             {good.substr(0, good.find("-----END")), "no END line"},
             {"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "no valid base64"},
             {"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", "no valid base64"},
             {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "does not parse"},
             {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "no END line"},
             {"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "one PRIVATE KEY"},
             {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "one PRIVATE KEY"},
             {std::string(kEncrypted), "passphrase"},
             {std::string(kOldEncrypted), "encrypted"},
             {std::string(kP521), "private key"},
             {std::string(kX25519), "private key"},
             {std::string(kRsa1024), "2048"},
             {std::string(200000, '\n'), "larger"}}) {
        CAPTURE(row.says);
        const auto key = PrivateKey::from_pem(row.pem);
        REQUIRE_FALSE(key.ok());
        CAPTURE(key.error().text());
        CHECK(key.error().text().find("private key") == 0);
        CHECK(key.error().text().find(row.says) != std::string::npos);
        CHECK(key.error().kind() == ErrorKind::kRefuse);
    }
}

TEST_CASE("keys: every cut of a key is refused") {
    for (std::size_t size = 0; size + 1 < kPkcs8.size(); ++size) {
        const auto key = PrivateKey::from_pem(kPkcs8.substr(0, size));
        // Only the line end after the last dash may be missing.
        if (key.ok()) FAIL("accepted " << size << " of " << kPkcs8.size() << " bytes");
    }
}

TEST_CASE("ES256: 64 bytes that anyone can check, leading zeros and all") {
    auto key = PrivateKey::generate(KeyType::kEc256);
    REQUIRE(key.ok());
    auto point = key->public_numbers();
    REQUIRE(point.ok());
    CHECK(point->first.size() == 32);
    CHECK(point->second.size() == 32);
    // One signature in 128 has an r or s that is a byte shorter as a number.
    for (int i = 0; i < 300; ++i) {
        const std::string message = "message " + std::to_string(i);
        const auto signature = key->sign_jws(message);
        REQUIRE(signature.ok());
        REQUIRE(signature->size() == 64);
        if (i % 16 != 0 && signature->front() != 0 && (*signature)[32] != 0) continue;  // verifying is slow
        CHECK(verifies(*point, message, *signature));
        CHECK_FALSE(verifies(*point, message + "!", *signature));
    }
}

TEST_CASE("ES256: the example of RFC 7515 appendix A.3 verifies, and its key is read") {
    const PrivateKey::PublicNumbers point{*base64url_decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                                  *base64url_decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")};
    const std::string message =
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    CHECK(verifies(point, message, *base64url_decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
                                                     "pmWQxfKTUJqPP3-Kg6NU1Q")));
    // The same key as a SEC1 block without its public half: the point is computed.
    const std::string d = *base64url_decode("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI");
    const std::string der = "\x30\x31\x02\x01\x01\x04\x20" + d + *from_hex("a00a06082a8648ce3d030107");
    std::string base64 = base64url_encode(der);
    for (char& c : base64) c = c == '-' ? '+' : c == '_' ? '/' : c;
    while (base64.size() % 4 != 0) base64 += '=';
    auto key = PrivateKey::from_pem("-----BEGIN EC PRIVATE KEY-----\n" + base64 + "\n-----END EC PRIVATE KEY-----");
    REQUIRE(key.ok());
    CHECK(key->public_numbers()->first == point.first);
    CHECK(key->public_numbers()->second == point.second);
    CHECK(verifies(point, message, *key->sign_jws(message)));
}

TEST_CASE("ES384: 96 bytes that anyone can check") {
    auto key = PrivateKey::generate(KeyType::kEc384);
    REQUIRE(key.ok());
    CHECK(key->jws_algorithm() == "ES384");
    const auto point = key->public_numbers();
    REQUIRE(point.ok());
    CHECK(point->first.size() == 48);
    CHECK(verifies(*point, "message", *key->sign_jws("message")));
    CHECK_FALSE(verifies(*point, "message!", *key->sign_jws("message")));
}

TEST_CASE("RS256: as openssl signs it (RFC 7518 section 3.3), and the numbers of the public half") {
    auto key = PrivateKey::from_pem(samples::kRsa2048);
    REQUIRE(key.ok());
    CHECK(key->jws_algorithm() == "RS256");
    CHECK(*key->sign_jws("message") ==
          *from_hex("2dac7da0b0541c8aa2350f19d31c65e0034bea20f02bd5793350fc93807eb472e276ce975111a709404888e46a4b282f"
                         "3ee55401246c51970e03b7179c7f51001b1c03dc63ef45a61328a72f8449f66b1aa628f89b1f0cc98fed52a2f5cd1526"
                         "41e2e782a6c20375bd48be67287fbcb37db3e9a1883aefe236df046dfb76e87d2c8541dbffe71dccfeafecd391f95908"
                         "9ec05eb52e4f78a7aeda4e14467382f256cdc8234524b0fe291475fea9a86a2b9ac051a3ec86d6e30844af30de74fbcb"
                         "b50d8c7bb71ed164e883526ded32ec6513a04cb2d1fbbe1ff17ce0d024017cf43799742b01376cd6e456dfa71bb9c6cf"
                         "2876ebc642c43521dfb93b9aa6d9e157"));
    const auto numbers = key->public_numbers();
    REQUIRE(numbers.ok());
    CHECK(numbers->first.size() == 256);
    CHECK(numbers->first.substr(0, 8) == *from_hex("bc750ed879f340aa"));
    CHECK(numbers->second == std::string("\x01\x00\x01", 3));
}

TEST_CASE("keys: threads sign with one key at once, as loops do in handshakes") {
    for (std::string_view pem : {samples::kPkcs8, samples::kRsa2048}) {
        const auto key = PrivateKey::from_pem(pem);
        REQUIRE(key.ok());
        std::vector<std::thread> threads;
        std::array<int, 4> codes{};
        for (int& code : codes) {
            threads.emplace_back([&key, &code] {
                std::array<unsigned char, 32> hash{};
                std::array<unsigned char, 512> signature{};
                std::size_t size = 0;
                for (int i = 0; i < 5; ++i) {
                    code |= mbedtls_pk_sign(key->native(), MBEDTLS_MD_SHA256, hash.data(), hash.size(), signature.data(),
                                            signature.size(), &size, rng, nullptr);
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        for (int code : codes) CHECK(code == 0);
    }
}
