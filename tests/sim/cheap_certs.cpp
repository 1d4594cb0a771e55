#include <algorithm>

#include "server/base/heap.h"
#include "server/base/text.h"
#include "server/crypto/anchors.h"
#include "server/crypto/cert_bundle.h"
#include "server/crypto/cert_making.h"
#include "server/crypto/hash.h"
#include "server/crypto/pem.h"
#include "tests/fakes/test_ca.h"
#include "tests/sim/cheap.h"

// The compiler's date would make a life's dates depend on the day it is built on.
postern::WallTime postern::build_time() { return sim::cheap_world().built; }

// A hundred processes a second share one heap here: given back after each round, it would be asked for again at once.
void postern::give_free_memory_back() {}

namespace postern::crypto {

namespace {

// Fields of a certificate: kind ("leaf" or "ca"), key, names, first and last second, issuer, serial.
constexpr std::size_t kFields = 7;
constexpr std::size_t kSelfSigned = 700;  // bytes of PEM

std::string seconds(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

Result<std::vector<std::string>> read_certificate(const PemBlock& block) {
    auto fields = block.label == "CERTIFICATE" ? sim::cheap_fields(block.body) : std::nullopt;
    if (!fields || fields->size() != kFields) return Error::refuse("certificate: does not parse");
    return std::move(*fields);
}

CertFacts facts_from(const std::vector<std::string>& fields, std::string_view body) {
    CertFacts facts;
    for (std::string_view name : split(fields[2], ',')) facts.names.emplace_back(name);
    facts.not_before = WallTime(Seconds(parse_decimal(fields[3]).value_or(0)));
    facts.not_after = WallTime(Seconds(parse_decimal(fields[4]).value_or(0)));
    facts.issuer = facts.issuer_dn = fields[5];
    facts.serial = fields[6];
    facts.key = "ec256";
    facts.fingerprint = to_hex(sha256(body));
    // The dates stand in it: the CA of the tests answers without a table of what it has issued.
    if (facts.issuer != sim::kSelfSignedIssuer) facts.ari_id = fields[3] + "-" + fields[4] + "." + facts.serial;
    return facts;
}

}  // namespace

struct CertBundle::Impl {
    CertFacts facts;
    bool leaf = true, in_order = true;
};

CertBundle::CertBundle(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CertBundle::~CertBundle() = default;
const CertFacts& CertBundle::facts() const { return impl_->facts; }

// The two that need no more than what from_pem saw are answered in its terms.
mbedtls_x509_crt* CertBundle::native_chain() const {
    return reinterpret_cast<mbedtls_x509_crt*>(impl_->leaf && impl_->in_order ? impl_.get() : nullptr);
}
mbedtls_pk_context* CertBundle::native_key() const { return nullptr; }

Result<std::shared_ptr<const CertBundle>> CertBundle::from_pem(std::string_view fullchain, std::string_view key_pem) {
    TRY(const std::vector<PemBlock> blocks, split_pem(fullchain, 10));
    TRY(const PrivateKey key, PrivateKey::from_pem(key_pem));
    TRY(const std::string id, key.public_der());
    auto impl = std::make_unique<Impl>();
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        TRY(const std::vector<std::string> fields, read_certificate(blocks[i]));
        if (i == 0) {
            impl->facts = facts_from(fields, blocks[0].body);
            impl->leaf = fields[0] == "leaf";
            if (fields[1] != id) return Error::refuse("the key does not belong to the certificate");
        } else {
            impl->in_order = impl->in_order && fields[0] == "ca";
        }
    }
    impl->facts.chain_length = blocks.size();
    return std::shared_ptr<const CertBundle>(std::make_shared<CertBundle>(std::move(impl)));
}

bool CertBundle::covers(std::string_view name) const {
    return std::find(impl_->facts.names.begin(), impl_->facts.names.end(), name) != impl_->facts.names.end();
}

Result<void> check_for_install(const CertBundle& bundle, const std::vector<std::string>& wanted, WallTime now, Origin origin) {
    const CertFacts& facts = bundle.facts();
    if (bundle.native_chain() == nullptr) return Error::refuse("the chain is out of order");
    for (const std::string& name : wanted)
        if (!bundle.covers(name)) return Error::refuse("the certificate does not cover " + name);
    if (origin == Origin::kOrdered && facts.names.size() != wanted.size()) return Error::refuse("the certificate has names that nobody asked for");
    if (now < facts.not_before) return Error::refuse("the certificate is not valid yet");
    if (now >= facts.not_after) return Error::refuse("the certificate has expired");
    return {};
}

Result<std::string> make_self_signed(const PrivateKey& key, const std::vector<std::string>& names, WallTime not_before,
                                     int days, Random&) {
    TRY(const std::string id, key.public_der());
    const WallTime end = not_before + Seconds(86400LL * days);
    return sim::cheap_pem("CERTIFICATE", {"leaf", id, join(names, ","), seconds(not_before), seconds(end),
                                          sim::kSelfSignedIssuer, sim::cheap_number()}, kSelfSigned);
}

// Nobody looks at it: the CA of the tests asks for http-01 alone.
Result<std::shared_ptr<const CertBundle>> make_challenge_pair(const std::string& name, std::string_view, WallTime now,
                                                              Random& random) {
    TRY(const PrivateKey key, PrivateKey::generate(KeyType::kEc256));
    TRY(const std::string certificate, make_self_signed(key, {name}, now, 1, random));
    TRY(const Secret pem, key.to_pem());
    return CertBundle::from_pem(certificate, pem.view());
}

Result<CertFacts> read_facts(std::string_view chain_pem) {
    TRY(const std::vector<PemBlock> blocks, split_pem(chain_pem, 10));
    TRY(const std::vector<std::string> fields, read_certificate(blocks.front()));
    CertFacts facts = facts_from(fields, blocks.front().body);
    facts.chain_length = blocks.size();
    return facts;
}

bool leads_to_anchor(const CertBundle&, const std::vector<std::string>&) { return true; }

}  // namespace postern::crypto

namespace postern::fakes {

struct TestCa::Impl {
    std::string name, middle;
};

TestCa::TestCa(const std::string& name) : impl_(std::make_unique<Impl>()) {
    impl_->name = name;
    impl_->middle = sim::cheap_pem("CERTIFICATE", {"ca", "-", "-", "0", "7258118399", name, "1"},
                                   sim::cheap_world().rest_bytes);
}
TestCa::~TestCa() = default;

// "csr KEY NAMES"; the names come from the order, as with a CA.
std::string TestCa::leaf_for(const std::string& csr, const LeafSpec& spec) const {
    const auto words = split(csr, ' ');
    const std::string key(words.size() == 3 ? words[1] : "none");
    return sim::cheap_pem("CERTIFICATE", {"leaf", key, join(spec.names, ","), crypto::seconds(spec.not_before),
                                          crypto::seconds(spec.not_after), impl_->name, sim::cheap_number()},
                          sim::cheap_world().leaf_bytes);
}

const std::string& TestCa::intermediate() const { return impl_->middle; }
const std::string& TestCa::root() const { return impl_->middle; }

}  // namespace postern::fakes
