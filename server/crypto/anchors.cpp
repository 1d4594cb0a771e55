#include "server/crypto/anchors.h"

#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <string_view>

#include "server/crypto/x509_chain.h"

namespace postern::crypto {

namespace {

std::string_view view(const mbedtls_x509_buf& buffer) { return {reinterpret_cast<const char*>(buffer.p), buffer.len}; }

bool leads_to(const mbedtls_x509_crt* chain, const mbedtls_x509_crt& anchor) {
    for (const mbedtls_x509_crt* one = chain; one != nullptr; one = one->next)
        if (view(one->raw) == view(anchor.raw) || is_signed_by(*one, anchor)) return true;
    return false;
}

}  // namespace

bool leads_to_anchor(const CertBundle& bundle, const std::vector<std::string>& anchors) {
    return std::any_of(anchors.begin(), anchors.end(), [&](const std::string& pem) {
        Result<X509Chain> anchor = X509Chain::from_pem(pem);
        return anchor.ok() && leads_to(bundle.native_chain(), *anchor->native());
    });
}

}  // namespace postern::crypto
