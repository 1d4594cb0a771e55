#include "server/crypto/chain_dates.h"

#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "server/crypto/x509_chain.h"

namespace postern::crypto {

void ChainDates::judge(const mbedtls_x509_crt& certificate, std::optional<WallTime> now, std::uint32_t& flags) {
    const WallTime from = not_before_of(certificate), until = not_after_of(certificate);
    from_ = any_ ? std::max(from_, from) : from;
    until_ = any_ ? std::min(until_, until) : until;
    any_ = true;
    flags &= ~static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    if (now && *now < from) flags |= MBEDTLS_X509_BADCERT_FUTURE;
    if (now && *now > until) flags |= MBEDTLS_X509_BADCERT_EXPIRED;
}

}  // namespace postern::crypto
