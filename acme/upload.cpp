#include "acme/upload.h"

#include <algorithm>
#include <utility>

#include "server/base/text.h"
#include "server/crypto/cert_bundle.h"

namespace postern::acme {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::string_view kCertificate = "CERTIFICATE", kKey = "PRIVATE KEY";

bool is_of(std::string_view label, std::string_view kind) {
    return kind == kKey ? has_suffix(label, kKey) : label == kind;  // "EC PRIVATE KEY" is one, "TRUSTED CERTIFICATE" is none
}

// The blocks of one kind, in their lines. What openssl writes around them is left out, and so is what belongs into the
// other half. Empty: there are none.
std::string blocks_of(std::string_view text, std::string_view kind) {
    std::string blocks;
    blocks.reserve(text.size() + 1);  // so that no copy of a key is left behind as it grows
    bool inside = false, any = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (has_suffix(line, "\r")) line.remove_suffix(1);
        line = trim(line);
        if (has_prefix(line, kBegin) && has_suffix(line, kDashes) && line.size() >= kBegin.size() + kDashes.size())
            inside = is_of(line.substr(kBegin.size(), line.size() - kBegin.size() - kDashes.size()), kind);
        any = any || inside;
        if (inside) blocks.append(line);
        blocks += '\n';
        if (has_prefix(line, kEnd)) inside = false;
    }
    return any ? blocks : std::string();
}

Error nothing_of(std::string_view kind, std::string_view what) {
    return Error::refuse("there is no " + std::string(kind) + " block in the " + std::string(what) + ": it must be PEM text (openssl makes it of DER and PKCS #12 files)");
}

Result<Pair> serviceable(Pair pair, const WantedCert& wanted, WallTime now, PairProbe& probe) {
    TRY_VOID(crypto::check_for_install(*pair, wanted.names, now, crypto::Origin::kOwners));
    if (auto tried = probe.try_pair(pair, wanted.names.front()); !tried)
        return std::move(tried).error().at("trial handshake");
    return pair;
}

}  // namespace

Result<Upload> read_upload(const Upload& sent) {
    Upload upload{Secret(blocks_of(sent.chain.view(), kCertificate)), Secret(blocks_of(sent.key.view(), kKey))};
    if (upload.chain.view().empty()) return nothing_of(kCertificate, "certificate");
    if (upload.key.view().empty()) return nothing_of(kKey, "key");
    return upload;
}

Result<Pair> check_upload(const WantedCert& wanted, const Upload& upload, WallTime now, PairProbe& probe) {
    TRY(Pair pair, crypto::CertBundle::from_pem(upload.chain.view(), upload.key.view()));
    if (pair->facts().self_signed && pair->facts().chain_length == 1)
        return Error::refuse("the certificate is signed by itself: no visitor would trust it more than the one made here");
    return serviceable(std::move(pair), wanted, now, probe);
}

Result<Pair> check_pair(const WantedCert& wanted, const Upload& upload, WallTime now, PairProbe& probe) {
    TRY(Pair pair, crypto::CertBundle::from_pem(upload.chain.view(), upload.key.view()));
    return serviceable(std::move(pair), wanted, now, probe);
}

Secret stored_form(const Secret& part) {
    std::string text;
    text.reserve(part.view().size());
    for (const char c : part.view())
        if (c != '\n' || (!text.empty() && text.back() != '\n')) text += c;
    return Secret(std::move(text));
}

}  // namespace postern::acme
