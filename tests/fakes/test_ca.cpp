#include "tests/fakes/test_ca.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "server/base/text.h"
#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/crypto/san.h"
#include "tests/fakes/csr_reader.h"

namespace postern::fakes {

using crypto::KeyType;
using crypto::PrivateKey;
using crypto::SanList;

namespace {

void must(int code) {
    if (code == 0) return;
    (void)std::fprintf(stderr, "test CA: %s\n", crypto::describe(code).c_str());
    std::abort();
}

template <typename T>
T must(Result<T> result) {
    if (result.ok()) return std::move(result).value();
    (void)std::fprintf(stderr, "test CA: %s\n", result.error().text().c_str());
    std::abort();
}

std::string compact(WallTime time) {
    std::string text = to_rfc3339(time.time_since_epoch().count());
    std::erase_if(text, [](char c) { return !is_digit(c); });
    return text;
}

struct Issuer {
    std::string name;
    mbedtls_pk_context* key;
};

class Writer {
public:
    Writer(const Issuer& issuer, mbedtls_pk_context* subject_key) {
        mbedtls_x509write_crt_init(&cert_);
        mbedtls_x509write_crt_set_version(&cert_, MBEDTLS_X509_CRT_VERSION_3);
        mbedtls_x509write_crt_set_md_alg(&cert_, MBEDTLS_MD_SHA256);
        mbedtls_x509write_crt_set_issuer_key(&cert_, issuer.key);
        mbedtls_x509write_crt_set_subject_key(&cert_, subject_key);
        must(mbedtls_x509write_crt_set_issuer_name(&cert_, issuer.name.c_str()));
        unsigned char serial[8];
        must(crypto::rng(nullptr, serial, sizeof serial));
        serial[0] = 0x7f;
        must(mbedtls_x509write_crt_set_serial_raw(&cert_, serial, sizeof serial));
    }
    ~Writer() { mbedtls_x509write_crt_free(&cert_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    mbedtls_x509write_cert* native() { return &cert_; }

    std::string pem() {
        std::string room(65536, '\0');
        must(mbedtls_x509write_crt_pem(&cert_, reinterpret_cast<unsigned char*>(room.data()), room.size(), crypto::rng,
                                       nullptr));
        room.resize(room.find('\0'));
        return room;
    }

private:
    mbedtls_x509write_cert cert_;
};

std::string make_ca(const Issuer& issuer, const std::string& name, mbedtls_pk_context* key) {
    Writer writer(issuer, key);
    must(mbedtls_x509write_crt_set_subject_name(writer.native(), name.c_str()));
    must(mbedtls_x509write_crt_set_validity(writer.native(), "20200101000000", "21991231235959"));
    must(mbedtls_x509write_crt_set_basic_constraints(writer.native(), 1, -1));
    must(mbedtls_x509write_crt_set_key_usage(writer.native(), MBEDTLS_X509_KU_KEY_CERT_SIGN));
    return writer.pem();
}

// SEQUENCE { SEQUENCE { OID } }; everything is short, so each length is one byte.
void set_policy(mbedtls_x509write_cert* cert, const std::string& oid) {
    const auto wrapped = [](char tag, const std::string& inside) {
        return std::string{tag, static_cast<char>(inside.size())} + inside;
    };
    const std::string value = wrapped(0x30, wrapped(0x30, wrapped(0x06, oid)));
    must(mbedtls_x509write_crt_set_extension(cert, MBEDTLS_OID_CERTIFICATE_POLICIES,
                                             MBEDTLS_OID_SIZE(MBEDTLS_OID_CERTIFICATE_POLICIES), 0,
                                             reinterpret_cast<const unsigned char*>(value.data()), value.size()));
}

std::string make_leaf(const Issuer& issuer, mbedtls_pk_context* key, const LeafSpec& spec) {
    Writer writer(issuer, key);
    must(mbedtls_x509write_crt_set_authority_key_identifier(writer.native()));
    mbedtls_x509write_cert* cert = writer.native();
    if (!spec.subject.empty()) must(mbedtls_x509write_crt_set_subject_name(cert, spec.subject.c_str()));
    must(mbedtls_x509write_crt_set_validity(cert, compact(spec.not_before).c_str(), compact(spec.not_after).c_str()));
    must(mbedtls_x509write_crt_set_basic_constraints(cert, spec.ca ? 1 : 0, -1));
    if (!spec.names.empty()) {
        const SanList san = must(SanList::from(spec.names));
        must(mbedtls_x509write_crt_set_subject_alternative_name(cert, san.native()));
    }
    if (!spec.policy.empty()) set_policy(cert, spec.policy);
    if (spec.clients_only) {
        static unsigned char oid[] = MBEDTLS_OID_CLIENT_AUTH;
        mbedtls_asn1_sequence usage{};
        usage.buf = {MBEDTLS_ASN1_OID, MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH), oid};
        must(mbedtls_x509write_crt_set_ext_key_usage(cert, &usage));
    }
    if (spec.unknown_critical) {
        // 1.3.6.1.5.5.7.1.31, acmeIdentifier, which mbedTLS does not know: an OCTET STRING
        static const unsigned char value[] = {0x04, 0x01, 0x00};
        must(mbedtls_x509write_crt_set_extension(cert, "\x2b\x06\x01\x05\x05\x07\x01\x1f", 8, 1, value, sizeof value));
    }
    return writer.pem();
}

}  // namespace

struct TestCa::Impl {
    explicit Impl(const std::string& name)
        : root_key(must(PrivateKey::generate(KeyType::kEc256))),
          middle_key(must(PrivateKey::generate(KeyType::kEc256))),
          middle_name("CN=" + name + " Intermediate") {
        const Issuer root_issuer{"CN=" + name + " Root", root_key.native()};
        root = make_ca(root_issuer, root_issuer.name, root_key.native());
        middle = make_ca(root_issuer, middle_name, middle_key.native());
    }

    Issuer issuer() const { return {middle_name, middle_key.native()}; }

    PrivateKey root_key, middle_key;
    std::string middle_name, root, middle;
};

TestCa::TestCa(const std::string& name) : impl_(std::make_unique<Impl>(name)) {}
TestCa::~TestCa() = default;

std::string TestCa::leaf(const PrivateKey& key, const LeafSpec& spec) const {
    return make_leaf(impl_->issuer(), key.native(), spec);
}

std::string TestCa::leaf_for(const std::string& csr_der, const LeafSpec& spec) const {
    const auto request = read_csr(csr_der);
    must(request && request->signature_good ? 0 : MBEDTLS_ERR_X509_INVALID_SIGNATURE);
    std::string spki = request->public_der;
    auto* at = reinterpret_cast<unsigned char*>(spki.data());
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    must(mbedtls_pk_parse_subpubkey(&at, at + spki.size(), &key));
    std::string pem = make_leaf(impl_->issuer(), &key, spec);
    mbedtls_pk_free(&key);
    return pem;
}

const std::string& TestCa::intermediate() const {
    return impl_->middle;
}

const std::string& TestCa::root() const {
    return impl_->root;
}

std::string TestCa::fullchain(const PrivateKey& key, const LeafSpec& spec) const {
    return leaf(key, spec) + intermediate();
}

}  // namespace postern::fakes
