// check_for_install of cert_bundle.h: what must hold of a pair before it may replace the one that serves.
#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "server/crypto/cert_bundle.h"
#include "server/crypto/x509_chain.h"

namespace postern::crypto {

namespace {

std::string text_of(WallTime time) {
    return to_rfc3339(time.time_since_epoch().count());
}

// One spelling for names from the configuration and from certificates.
std::string canonical(const std::string& name) {
    const auto ip = ip_to_bytes(name);
    return ip ? ip_from_bytes(*ip) : lower(name);
}

Result<void> check_names(const CertBundle& bundle, const std::vector<std::string>& wanted, Origin origin) {
    const std::string have = printable(join(bundle.facts().names, " "));
    for (const std::string& name : wanted) {
        if (bundle.covers(name)) continue;
        return Error::refuse("the certificate does not cover " + printable(name) + "; it is for: " + have);
    }
    if (origin == Origin::kOwners) return {};
    for (const std::string& name : bundle.facts().names) {
        const auto same = [&](const std::string& one) { return canonical(one) == name; };
        if (std::any_of(wanted.begin(), wanted.end(), same)) continue;
        return Error::refuse("the certificate names " + printable(name) + ", which nobody asked for; it is for: " + have);
    }
    return {};
}

Result<void> check_dates(const mbedtls_x509_crt& certificate, WallTime now) {
    const WallTime from = not_before_of(certificate), until = not_after_of(certificate);
    const std::string which = "the certificate (" + title_of(certificate) + ") ";
    if (until <= from) {
        return Error::refuse(which + "ends at " + text_of(until) + ", before it begins at " + text_of(from));
    }
    if (now < from) {
        return Error::refuse(which + "is not valid before " + text_of(from) + "; the clock here says " + text_of(now));
    }
    if (now >= until) {
        return Error::refuse(which + "expired at " + text_of(until) + "; the clock here says " + text_of(now));
    }
    return {};
}

Result<void> check_issuer(const mbedtls_x509_crt& certificate, const mbedtls_x509_crt& issuer, std::size_t place,
                          WallTime now) {
    if (!is_signed_by(certificate, issuer)) {
        return Error::refuse("the chain is out of order or broken: certificate " + std::to_string(place) + " (" +
                             title_of(certificate) + ") is not signed by the next one (" + title_of(issuer) + ")");
    }
    if (issuer.version >= 3 && mbedtls_x509_crt_get_ca_istrue(&issuer) != 1) {
        return Error::refuse("certificate " + std::to_string(place + 1) + " of the chain (" + title_of(issuer) +
                             ") signs another but is no CA");
    }
    return check_dates(issuer, now);
}

}  // namespace

Result<void> check_for_install(const CertBundle& bundle, const std::vector<std::string>& wanted, WallTime now, Origin origin) {
    const mbedtls_x509_crt* certificate = bundle.native_chain();
    const bool alone = bundle.facts().self_signed && bundle.facts().chain_length == 1;
    if (mbedtls_x509_crt_get_ca_istrue(certificate) == 1 && !(alone && origin == Origin::kOwners)) {
        return Error::refuse("the first certificate (" + title_of(*certificate) +
                             ") is a CA's: the chain is in the wrong order, or the CA sent its own");
    }
    if (mbedtls_x509_crt_check_extended_key_usage(certificate, MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0)
        return Error::refuse("the certificate (" + title_of(*certificate) + ") is not one for servers (its extended key usage says so)");
    TRY_VOID(check_names(bundle, wanted, origin));
    TRY_VOID(check_dates(*certificate, now));
    for (std::size_t place = 1; certificate->next != nullptr; certificate = certificate->next, ++place) {
        TRY_VOID(check_issuer(*certificate, *certificate->next, place, now));
    }
    return {};
}

}  // namespace postern::crypto
