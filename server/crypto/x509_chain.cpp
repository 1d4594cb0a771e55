#include "server/crypto/x509_chain.h"

#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include <array>

#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/crypto/init.h"
#include "server/crypto/pem.h"

namespace postern::crypto {

namespace {

std::string_view view(const mbedtls_x509_buf& bytes) {
    return {reinterpret_cast<const char*>(bytes.p), bytes.len};
}

// We hand certificates on and do not judge them by their extensions: a critical one that mbedTLS does not know (name
// constraints, policies) is for the client to refuse.
int accept_extension(void*, const mbedtls_x509_crt*, const mbedtls_x509_buf*, int, const unsigned char*,
                     const unsigned char*) {
    return 0;
}

Result<void> append(mbedtls_x509_crt* chain, const PemBlock& block) {
    const std::string where = "certificate at line " + std::to_string(block.line);
    if (block.label != "CERTIFICATE") {
        return Error::refuse("line " + std::to_string(block.line) + ": a " + printable(block.label, 40) +
                             " block in a certificate chain, which may hold certificates only (RFC 8555 section 9.1)");
    }
    TRY(const Secret der, decode(block));
    mbedtls_x509_crt* last = chain;
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.view().data());
    const int code =
        mbedtls_x509_crt_parse_der_with_ext_cb(chain, bytes, der.view().size(), 1, accept_extension, nullptr);
    if (code != 0) return Error::refuse(where + ": " + describe(code));
    while (last->next != nullptr) last = last->next;
    if (last->raw.len != der.view().size()) return Error::refuse(where + ": has bytes after its end");
    return {};
}

}  // namespace

struct X509Chain::Impl {
    Impl() { mbedtls_x509_crt_init(&first); }
    ~Impl() { mbedtls_x509_crt_free(&first); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    mbedtls_x509_crt first;
    std::size_t size = 0;
};

X509Chain::X509Chain(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
X509Chain::X509Chain(X509Chain&&) noexcept = default;
X509Chain& X509Chain::operator=(X509Chain&&) noexcept = default;
X509Chain::~X509Chain() = default;

Result<X509Chain> X509Chain::from_pem(std::string_view pem) {
    TRY_VOID(init());
    TRY(const std::vector<PemBlock> blocks, split_pem(pem, limits::kChainCertificates));
    auto impl = std::make_unique<Impl>();
    for (const PemBlock& block : blocks) TRY_VOID(append(&impl->first, block));
    impl->size = blocks.size();
    return X509Chain(std::move(impl));
}

mbedtls_x509_crt* X509Chain::native() const {
    return &impl_->first;
}

std::size_t X509Chain::size() const {
    return impl_->size;
}

bool is_signed_by(const mbedtls_x509_crt& certificate, const mbedtls_x509_crt& issuer) {
    if (view(certificate.issuer_raw) != view(issuer.subject_raw)) return false;
    const mbedtls_md_type_t algorithm = certificate.MBEDTLS_PRIVATE(sig_md);
    const mbedtls_md_info_t* hasher = mbedtls_md_info_from_type(algorithm);
    if (hasher == nullptr || !mbedtls_pk_can_do(&issuer.pk, certificate.MBEDTLS_PRIVATE(sig_pk))) return false;
    std::array<unsigned char, MBEDTLS_MD_MAX_SIZE> hash{};
    if (mbedtls_md(hasher, certificate.tbs.p, certificate.tbs.len, hash.data()) != 0) return false;
    auto* key = const_cast<mbedtls_pk_context*>(&issuer.pk);  // verifying changes nothing; the C signature cannot say so
    const mbedtls_x509_buf& signature = certificate.MBEDTLS_PRIVATE(sig);
    return mbedtls_pk_verify_ext(certificate.MBEDTLS_PRIVATE(sig_pk), certificate.MBEDTLS_PRIVATE(sig_opts), key,
                                 algorithm, hash.data(), mbedtls_md_get_size(hasher), signature.p, signature.len) == 0;
}

}  // namespace postern::crypto
