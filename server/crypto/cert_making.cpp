#include "server/crypto/cert_making.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>

#include "server/base/text.h"
#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/crypto/san.h"

namespace postern::crypto {

namespace {

constexpr std::size_t kRoomBesidesNames = 8192;  // an RSA-4096 certificate takes 1.5 kB, a third more as PEM
constexpr const char* kSelf = "CN=Postern self-signed";

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

int set_extensions(mbedtls_x509write_cert* certificate, const SanList& san) {
    if (int code = mbedtls_x509write_crt_set_subject_alternative_name(certificate, san.native())) return code;
    if (int code = mbedtls_x509write_crt_set_basic_constraints(certificate, 0, -1)) return code;
    if (int code = mbedtls_x509write_crt_set_key_usage(certificate, MBEDTLS_X509_KU_DIGITAL_SIGNATURE)) return code;
    return set_server_auth(certificate);
}

}  // namespace

Result<std::string> make_self_signed(const PrivateKey& key, const std::vector<std::string>& names, WallTime not_before,
                                     int days, Random& random) {
    TRY(const SanList san, SanList::from(names));
    const WallTime not_after = not_before + std::chrono::hours(24) * days;
    Writer writer;
    mbedtls_x509write_cert* certificate = writer.native();
    mbedtls_x509write_crt_set_version(certificate, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(certificate, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(certificate, key.native());
    mbedtls_x509write_crt_set_issuer_key(certificate, key.native());
    int code = set_serial(certificate, random);
    if (code == 0) code = mbedtls_x509write_crt_set_subject_name(certificate, kSelf);
    if (code == 0) code = mbedtls_x509write_crt_set_issuer_name(certificate, kSelf);
    if (code == 0) {
        code = mbedtls_x509write_crt_set_validity(certificate, compact(not_before).c_str(), compact(not_after).c_str());
    }
    if (code == 0) code = set_extensions(certificate, san);
    std::string room(san.bytes() * 2 + kRoomBesidesNames, '\0');
    if (code == 0) {
        code = mbedtls_x509write_crt_pem(certificate, reinterpret_cast<unsigned char*>(room.data()), room.size(), rng,
                                         nullptr);
    }
    if (code != 0) return Error::bug("cannot write a self-signed certificate: " + describe(code));
    room.resize(room.find('\0'));
    return room;
}

}  // namespace postern::crypto
