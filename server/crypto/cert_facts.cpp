// What can be read off one certificate: the second half of x509_chain.h.
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include <array>
#include <cstring>  // MBEDTLS_OID_CMP is a memcmp

#include "server/base/base64url.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"
#include "server/crypto/x509_chain.h"

namespace postern::crypto {

namespace {

std::string_view view(const mbedtls_x509_buf& bytes) {
    return {reinterpret_cast<const char*>(bytes.p), bytes.len};
}

// Not by way of time_t, which ends in 2038 on the smaller boards.
WallTime time_of(const mbedtls_x509_time& time) {
    using namespace std::chrono;
    const sys_days date = year(time.year) / month(static_cast<unsigned>(time.mon)) / day(static_cast<unsigned>(time.day));
    const long long days = date.time_since_epoch().count();
    return WallTime(duration<long long>(days * 86400 + time.hour * 3600 + time.min * 60 + time.sec));
}

std::string dn_text(const mbedtls_x509_name& name) {
    std::array<char, 1024> text{};
    if (mbedtls_x509_dn_gets(text.data(), text.size(), &name) < 0) return {};  // too long to be of use
    return printable(text.data(), text.size());
}

std::string common_name(const mbedtls_x509_name& name) {
    for (const mbedtls_x509_name* part = &name; part != nullptr; part = part->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) == 0) return printable(view(part->val), 200);
    }
    return dn_text(name);
}

std::string key_name(const mbedtls_pk_context& key) {
    const std::string bits = std::to_string(mbedtls_pk_get_bitlen(&key));
    if (mbedtls_pk_get_type(&key) == MBEDTLS_PK_RSA) return "rsa" + bits;
    return mbedtls_pk_can_do(&key, MBEDTLS_PK_ECKEY) != 0 ? "ec" + bits : "unknown";
}

struct AlgorithmRow {
    mbedtls_pk_type_t key;
    mbedtls_md_type_t hash;
    std::string_view name;  // as in RFC 8017 and RFC 5758
};
constexpr std::array<AlgorithmRow, 6> kAlgorithms = {{
    {MBEDTLS_PK_ECDSA, MBEDTLS_MD_SHA256, "ecdsa-with-SHA256"},
    {MBEDTLS_PK_ECDSA, MBEDTLS_MD_SHA384, "ecdsa-with-SHA384"},
    {MBEDTLS_PK_ECDSA, MBEDTLS_MD_SHA512, "ecdsa-with-SHA512"},
    {MBEDTLS_PK_RSA, MBEDTLS_MD_SHA256, "sha256WithRSAEncryption"},
    {MBEDTLS_PK_RSA, MBEDTLS_MD_SHA384, "sha384WithRSAEncryption"},
    {MBEDTLS_PK_RSA, MBEDTLS_MD_SHA512, "sha512WithRSAEncryption"},
}};

std::string signature_name(const mbedtls_x509_crt& certificate) {
    const mbedtls_pk_type_t key = certificate.MBEDTLS_PRIVATE(sig_pk);
    if (key == MBEDTLS_PK_RSASSA_PSS) return "rsassaPss";
    for (const AlgorithmRow& row : kAlgorithms) {
        if (row.key == key && row.hash == certificate.MBEDTLS_PRIVATE(sig_md)) return std::string(row.name);
    }
    return "unknown";
}

// CA/Browser Forum Baseline Requirements section 7.1.6.1, DER without tag and length.
std::string policy_of(const mbedtls_x509_crt& certificate) {
    using namespace std::string_view_literals;
    for (const mbedtls_x509_sequence* item = &certificate.certificate_policies; item != nullptr; item = item->next) {
        const std::string_view oid = view(item->buf);
        if (oid == "\x67\x81\x0c\x01\x01"sv) return "EV";
        if (oid == "\x67\x81\x0c\x01\x02\x01"sv) return "DV";
        if (oid == "\x67\x81\x0c\x01\x02\x02"sv) return "OV";
    }
    return {};
}

std::string serial_of(const mbedtls_x509_crt& certificate) {
    std::string_view serial = view(certificate.serial);
    if (serial.size() > 1 && serial.front() == '\0') serial.remove_prefix(1);  // DER's sign byte
    return to_hex(serial);
}

// RFC 9773 section 4.1: both as they stand in the certificate, the serial with its sign byte.
std::string ari_id_of(const mbedtls_x509_crt& certificate) {
    const mbedtls_x509_buf& issuer_key = certificate.authority_key_id.keyIdentifier;
    if (issuer_key.p == nullptr || issuer_key.len == 0 || certificate.serial.len == 0) return {};
    return base64url_encode(view(issuer_key)) + "." + base64url_encode(view(certificate.serial));
}

}  // namespace

AltNames alt_names_of(const mbedtls_x509_crt& certificate) {
    AltNames names;
    const mbedtls_x509_sequence* item = &certificate.subject_alt_names;
    for (; item != nullptr; item = item->next) {
        const int kind = item->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
        if (item->buf.p == nullptr) continue;  // the list's head of a certificate without the extension
        if (kind == MBEDTLS_X509_SAN_DNS_NAME) names.dns.push_back(printable(lower(view(item->buf))));
        const std::string ip = kind == MBEDTLS_X509_SAN_IP_ADDRESS ? ip_from_bytes(view(item->buf)) : std::string();
        if (!ip.empty()) names.ip.push_back(ip);
    }
    return names;
}

CertFacts facts_of(const mbedtls_x509_crt& certificate) {
    CertFacts facts;
    AltNames names = alt_names_of(certificate);
    facts.names = std::move(names.dns);
    facts.names.insert(facts.names.end(), names.ip.begin(), names.ip.end());
    facts.subject = dn_text(certificate.subject);
    facts.issuer = common_name(certificate.issuer);
    facts.issuer_dn = dn_text(certificate.issuer);
    facts.serial = serial_of(certificate);
    facts.not_before = not_before_of(certificate);
    facts.not_after = not_after_of(certificate);
    facts.key = key_name(certificate.pk);
    facts.signature = signature_name(certificate);
    facts.fingerprint = to_hex(sha256(view(certificate.raw)));
    facts.policy = policy_of(certificate);
    facts.ari_id = ari_id_of(certificate);
    facts.self_signed = is_signed_by(certificate, certificate);
    return facts;
}

WallTime not_before_of(const mbedtls_x509_crt& certificate) {
    return time_of(certificate.valid_from);
}

WallTime not_after_of(const mbedtls_x509_crt& certificate) {
    return time_of(certificate.valid_to);
}

std::string title_of(const mbedtls_x509_crt& certificate) {
    const std::string subject = dn_text(certificate.subject);
    return subject.empty() ? "serial " + serial_of(certificate) : subject;
}

}  // namespace postern::crypto
