#include "server/crypto/cert_bundle.h"

#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "server/crypto/rng.h"
#include "server/crypto/x509_chain.h"

namespace postern::crypto {

namespace {

bool contains(const std::vector<std::string>& list, const std::string& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

// RFC 6125 section 6.4.3: a wildcard is the whole leftmost label and stands for exactly one.
bool covers_dns(const std::vector<std::string>& names, std::string name) {
    if (has_suffix(name, ".")) name.pop_back();
    if (name.empty()) return false;
    if (contains(names, name)) return true;
    const auto dot = name.find('.');
    return dot != std::string::npos && dot > 0 && contains(names, "*" + name.substr(dot));
}

void add_chain(CertFacts& facts, const X509Chain& chain) {
    facts.chain_length = chain.size();
    for (const auto* next = chain.native()->next; next != nullptr; next = next->next) facts.chain.push_back(title_of(*next));
}

}  // namespace

bool covers(const AltNames& names, std::string_view name) {
    if (const auto ip = ip_to_bytes(name)) return contains(names.ip, ip_from_bytes(*ip));
    return covers_dns(names.dns, lower(name));
}

struct CertBundle::Impl {
    Impl(X509Chain c, PrivateKey k) : chain(std::move(c)), key(std::move(k)) {}

    X509Chain chain;
    PrivateKey key;
    AltNames names;
    CertFacts facts;
};

CertBundle::CertBundle(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CertBundle::~CertBundle() = default;

Result<CertFacts> read_facts(std::string_view chain_pem) {
    auto chain = X509Chain::from_pem(chain_pem);
    if (!chain) return std::move(chain).error().at("certificate chain");
    CertFacts facts = facts_of(*chain->native());
    add_chain(facts, *chain);
    return facts;
}

Result<std::shared_ptr<const CertBundle>> CertBundle::from_pem(std::string_view fullchain, std::string_view key_pem) {
    auto chain = X509Chain::from_pem(fullchain);
    if (!chain) return std::move(chain).error().at("certificate chain");
    TRY(PrivateKey key, PrivateKey::from_pem(key_pem));
    if (mbedtls_pk_check_pair(&chain->native()->pk, key.native(), rng, nullptr) != 0) {
        return Error::refuse("the private key does not belong to the first certificate (" +
                             title_of(*chain->native()) + ")");
    }
    auto impl = std::make_unique<Impl>(std::move(*chain), std::move(key));
    impl->names = alt_names_of(*impl->chain.native());
    impl->facts = facts_of(*impl->chain.native());
    add_chain(impl->facts, impl->chain);
    return std::shared_ptr<const CertBundle>(std::make_shared<CertBundle>(std::move(impl)));
}

const CertFacts& CertBundle::facts() const {
    return impl_->facts;
}

bool CertBundle::covers(std::string_view name) const {
    return crypto::covers(impl_->names, name);
}

mbedtls_x509_crt* CertBundle::native_chain() const {
    return impl_->chain.native();
}

mbedtls_pk_context* CertBundle::native_key() const {
    return impl_->key.native();
}

}  // namespace postern::crypto
