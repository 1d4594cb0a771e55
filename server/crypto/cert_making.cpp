#include "server/crypto/cert_making.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>

#include "server/base/text.h"
#include "server/crypto/hash.h"
#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/crypto/san.h"

namespace postern::crypto {

namespace {

constexpr std::size_t kRoomBesidesNames = 8192;  // an RSA-4096 certificate takes 1.5 kB, a third more as PEM
constexpr const char* kSelf = "CN=Postern self-signed";
constexpr const char* kChallenge = "CN=Postern tls-alpn-01";
constexpr int kChallengeDays = 7;  // the CA does not look, and an order is over within one

// 1.3.6.1.5.5.7.1.31, id-pe-acmeIdentifier, as the bytes of its DER
constexpr char kAcmeIdentifier[] = "\x2b\x06\x01\x05\x05\x07\x01\x1f";
constexpr std::size_t kAcmeIdentifierSize = sizeof kAcmeIdentifier - 1;

// What a certificate of ours says.
struct Content {
    const char* name;  // of subject and issuer, for it signs itself
    const std::vector<std::string>& names;
    WallTime not_before;
    int days;
    std::string acme_identifier;  // DER of the extension's value; empty: none
};

class Writer {
public:
    Writer() { mbedtls_x509write_crt_init(&certificate_); }
    ~Writer() { mbedtls_x509write_crt_free(&certificate_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    mbedtls_x509write_cert* native() { return &certificate_; }

private:
    mbedtls_x509write_cert certificate_;
};

// "20261121010203", as mbedTLS takes times.
std::string compact(WallTime time) {
    std::string text = to_rfc3339(time.time_since_epoch().count());
    std::erase_if(text, [](char c) { return !is_digit(c); });
    return text;
}

// 16 bytes, positive, without a leading zero byte (RFC 5280 section 4.1.2.2 allows 20).
int set_serial(mbedtls_x509write_cert* certificate, Random& random) {
    std::array<unsigned char, 16> serial{};
    random.fill(serial);
    serial[0] = static_cast<unsigned char>((serial[0] & 0x3f) | 0x40);
    return mbedtls_x509write_crt_set_serial_raw(certificate, serial.data(), serial.size());
}

int set_server_auth(mbedtls_x509write_cert* certificate) {
    static const char oid[] = MBEDTLS_OID_SERVER_AUTH;
    mbedtls_asn1_sequence usage{};
    usage.buf.tag = MBEDTLS_ASN1_OID;
    usage.buf.len = MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH);
    usage.buf.p = reinterpret_cast<unsigned char*>(const_cast<char*>(oid));  // only read
    return mbedtls_x509write_crt_set_ext_key_usage(certificate, &usage);
}

int set_acme_identifier(mbedtls_x509write_cert* certificate, const std::string& value) {
    if (value.empty()) return 0;
    constexpr int kCritical = 1;
    return mbedtls_x509write_crt_set_extension(certificate, kAcmeIdentifier, kAcmeIdentifierSize, kCritical,
                                               reinterpret_cast<const unsigned char*>(value.data()), value.size());
}

int set_extensions(mbedtls_x509write_cert* certificate, const SanList& san, const Content& content) {
    if (int code = mbedtls_x509write_crt_set_subject_alternative_name(certificate, san.native())) return code;
    if (int code = mbedtls_x509write_crt_set_basic_constraints(certificate, 0, -1)) return code;
    if (int code = mbedtls_x509write_crt_set_key_usage(certificate, MBEDTLS_X509_KU_DIGITAL_SIGNATURE)) return code;
    if (int code = set_acme_identifier(certificate, content.acme_identifier)) return code;
    return set_server_auth(certificate);
}

int set_names(mbedtls_x509write_cert* certificate, const char* name) {
    if (int code = mbedtls_x509write_crt_set_subject_name(certificate, name)) return code;
    return mbedtls_x509write_crt_set_issuer_name(certificate, name);
}

Result<std::string> write(const PrivateKey& key, const Content& content, Random& random) {
    TRY(const SanList san, SanList::from(content.names));
    const WallTime not_after = content.not_before + std::chrono::hours(24) * content.days;
    Writer writer;
    mbedtls_x509write_cert* certificate = writer.native();
    mbedtls_x509write_crt_set_version(certificate, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(certificate, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(certificate, key.native());
    mbedtls_x509write_crt_set_issuer_key(certificate, key.native());
    int code = set_serial(certificate, random);
    if (code == 0) code = set_names(certificate, content.name);
    if (code == 0) {
        code = mbedtls_x509write_crt_set_validity(certificate, compact(content.not_before).c_str(), compact(not_after).c_str());
    }
    if (code == 0) code = set_extensions(certificate, san, content);
    std::string room(san.bytes() * 2 + kRoomBesidesNames, '\0');
    if (code == 0) {
        code = mbedtls_x509write_crt_pem(certificate, reinterpret_cast<unsigned char*>(room.data()), room.size(), rng,
                                         nullptr);
    }
    if (code != 0) return Error::bug("cannot write a self-signed certificate: " + describe(code));
    room.resize(room.find('\0'));
    return room;
}

}  // namespace

Result<std::string> make_self_signed(const PrivateKey& key, const std::vector<std::string>& names, WallTime not_before,
                                     int days, Random& random) {
    return write(key, {kSelf, names, not_before, days, {}}, random);
}

Result<std::shared_ptr<const CertBundle>> make_challenge_pair(const std::string& name, std::string_view key_authorization,
                                                              WallTime now, Random& random) {
    TRY(const PrivateKey key, PrivateKey::generate(KeyType::kEc256));
    const std::string authorization = "\x04\x20" + sha256(key_authorization);  // Authorization ::= OCTET STRING (SIZE (32))
    const std::vector<std::string> names = {name};
    TRY(const std::string certificate,
        write(key, {kChallenge, names, now - std::chrono::hours(24), kChallengeDays, authorization}, random));
    TRY(const Secret key_pem, key.to_pem());
    return CertBundle::from_pem(certificate, key_pem.view());
}

}  // namespace postern::crypto
