#include "tests/fakes/csr_reader.h"

#include <mbedtls/asn1.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509.h>

#include <array>

#include "server/base/ip_text.h"

namespace postern::fakes {

namespace {

constexpr int kSequence = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
constexpr int kSet = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SET;
constexpr int kAttributes = MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED;
constexpr std::string_view kExtensionRequest = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e";
constexpr std::string_view kAltName = "\x55\x1d\x11";

// Walks over DER; after the first surprise all is empty and ok() false.
class Der {
public:
    explicit Der(std::string_view bytes) : rest_(bytes) {}

    // The contents of the next element, which must have this tag.
    Der enter(int tag) {
        const std::string_view whole = element(tag);
        const std::size_t head = whole.size() - size_;
        return Der(whole.substr(head), ok_);
    }

    // The next element, tag and length and all.
    std::string_view element(int tag) {
        auto* first = reinterpret_cast<unsigned char*>(const_cast<char*>(rest_.data()));  // only read
        unsigned char* at = first;
        size_ = 0;
        ok_ = ok_ && mbedtls_asn1_get_tag(&at, first + rest_.size(), &size_, tag) == 0;
        if (!ok_) size_ = 0;
        const std::string_view whole = rest_.substr(0, ok_ ? static_cast<std::size_t>(at - first) + size_ : 0);
        rest_.remove_prefix(whole.size());
        return whole;
    }

    int next_tag() const { return rest_.empty() ? -1 : static_cast<unsigned char>(rest_.front()); }
    std::string_view rest() const { return rest_; }
    bool ok() const { return ok_; }
    bool done() const { return ok_ && rest_.empty(); }

private:
    Der(std::string_view bytes, bool ok) : rest_(bytes), ok_(ok) {}

    std::string_view rest_;
    std::size_t size_ = 0;
    bool ok_ = true;
};

bool read_names(std::string_view extension, CsrFacts& facts) {
    Der outer(extension), list = outer.enter(kSequence);
    while (list.ok() && !list.rest().empty()) {
        const int tag = list.next_tag();
        const std::string value(list.enter(tag).rest());
        const int kind = tag & MBEDTLS_ASN1_TAG_VALUE_MASK;
        if (kind == MBEDTLS_X509_SAN_DNS_NAME) facts.dns.push_back(value);
        if (kind == MBEDTLS_X509_SAN_IP_ADDRESS) facts.ip.push_back(ip_from_bytes(value));
    }
    return outer.done() && list.done();
}

// [0] { SEQUENCE { extensionRequest, SET { SEQUENCE { SEQUENCE { subjectAltName, OCTET STRING } } } } }
bool read_attributes(Der attributes, CsrFacts& facts) {
    Der attribute = attributes.enter(kSequence);
    if (attribute.enter(MBEDTLS_ASN1_OID).rest() != kExtensionRequest) return false;
    Der set = attribute.enter(kSet), extensions = set.enter(kSequence), extension = extensions.enter(kSequence);
    if (extension.enter(MBEDTLS_ASN1_OID).rest() != kAltName) return false;
    if (extension.next_tag() == MBEDTLS_ASN1_BOOLEAN) extension.element(MBEDTLS_ASN1_BOOLEAN);
    const Der value = extension.enter(MBEDTLS_ASN1_OCTET_STRING);
    return extension.done() && extensions.done() && attributes.done() && read_names(value.rest(), facts);
}

bool is_signed(std::string_view body, std::string_view public_der, std::string_view signature) {
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    auto* at = reinterpret_cast<unsigned char*>(const_cast<char*>(public_der.data()));  // only read
    std::array<unsigned char, 32> hash{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
    const bool good =
        mbedtls_pk_parse_subpubkey(&at, at + public_der.size(), &key) == 0 &&
        mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), reinterpret_cast<const unsigned char*>(body.data()),
                   body.size(), hash.data()) == 0 &&
        mbedtls_pk_verify(&key, MBEDTLS_MD_SHA256, hash.data(), hash.size(), bytes, signature.size()) == 0;
    mbedtls_pk_free(&key);
    return good;
}

}  // namespace

std::optional<CsrFacts> read_csr(std::string_view der) {
    CsrFacts facts;
    Der outer(der), request = outer.enter(kSequence);
    const std::string_view body = request.element(kSequence);
    Der info = Der(body).enter(kSequence);
    if (info.enter(MBEDTLS_ASN1_INTEGER).rest() != std::string_view("\0", 1)) return std::nullopt;
    facts.subject_empty = info.enter(kSequence).rest().empty();
    facts.public_der = info.element(kSequence);
    if (!read_attributes(info.enter(kAttributes), facts)) return std::nullopt;
    request.element(kSequence);  // the algorithm: SHA-256 is all that we write
    Der bits = request.enter(MBEDTLS_ASN1_BIT_STRING);
    if (!outer.done() || !info.done() || !request.done() || bits.rest().size() < 2) return std::nullopt;
    facts.signature_good = is_signed(body, facts.public_der, bits.rest().substr(1));  // a byte counts the unused bits
    return facts;
}

}  // namespace postern::fakes
