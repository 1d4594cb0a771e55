#include "server/crypto/anchors.h"

#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <string_view>

#include "server/crypto/pem.h"
#include "server/crypto/x509_chain.h"

namespace postern::crypto {

namespace {

std::string_view view(const mbedtls_x509_buf& buffer) { return {reinterpret_cast<const char*>(buffer.p), buffer.len}; }

bool leads_to(const mbedtls_x509_crt* chain, const mbedtls_x509_crt& anchor) {
    for (const mbedtls_x509_crt* one = chain; one != nullptr; one = one->next)
        if (view(one->raw) == view(anchor.raw) || is_signed_by(*one, anchor)) return true;
    return false;
}

// Whether the DER of an anchor holds a name that the chain leads to: nearly all do not, and need not be parsed, which would
// touch 100 kB of memory and code.
bool may_lead_to(const mbedtls_x509_crt* chain, std::string_view der) {
    for (const mbedtls_x509_crt* one = chain; one != nullptr; one = one->next)
        if (view(one->raw) == der || der.find(view(one->issuer_raw)) != der.npos) return true;
    return false;
}

}  // namespace

bool leads_to_anchor(const CertBundle& bundle, const std::vector<std::string>& anchors) {
    return std::any_of(anchors.begin(), anchors.end(), [&](const std::string& pem) {
        Result<std::vector<PemBlock>> blocks = split_pem(pem, 1);
        if (!blocks.ok()) return false;
        Result<Secret> der = decode(blocks->front());
        if (!der.ok() || !may_lead_to(bundle.native_chain(), der->view())) return false;
        Result<X509Chain> anchor = X509Chain::from_pem(pem);
        return anchor.ok() && leads_to(bundle.native_chain(), *anchor->native());
    });
}

}  // namespace postern::crypto
