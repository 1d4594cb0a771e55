// The certificate's chain (RFC 8555 section 7.4.2), and which one where the CA has several.
#include "acme/engine.h"
#include "acme/protocol/limits.h"
#include "acme/protocol/url.h"
#include "server/base/text.h"
#include "server/crypto/cert_bundle.h"
#include "server/crypto/pem.h"

namespace postern::acme {

namespace {

constexpr std::size_t kCertificates = 10;  // of a chain; real ones have two to four
constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----\n";

// PEM, CERTIFICATE blocks only, LF.
Result<std::string> chain_of(const HttpReply& reply) {
    if (!reply.has_type("application/pem-certificate-chain"))
        return Error::refuse("no certificate chain but " + printable(reply.field("Content-Type"), 60));
    TRY(const std::vector<crypto::PemBlock> blocks, crypto::split_pem(reply.body, kCertificates));
    std::string chain;
    for (const crypto::PemBlock& block : blocks) {
        if (block.label != "CERTIFICATE")  // RFC 8555 sections 9.1 and 11.4
            return Error::refuse("a " + printable(block.label, 40) + " block in a certificate chain");
        TRY_VOID(crypto::decode(block));
        chain += kBegin;
        for (char c : block.body)
            if (c != '\r') chain += c;
        if (chain.back() != '\n') chain += '\n';
        chain += "-----END CERTIFICATE-----\n";
    }
    return chain;
}

// The common name below which the chain ends; empty when that cannot be read.
std::string root_of(const std::string& chain) {
    const auto top = crypto::read_facts(std::string_view(chain).substr(chain.rfind(kBegin)));
    return top ? top->issuer : std::string();
}

}  // namespace

// Order's own first, then those that it links to, as long as none is the preferred one.
Result<void> Engine::accept_certificate(const HttpReply& reply) {
    TRY(std::string chain, chain_of(reply));
    if (task_.preferred_chain.empty() || root_of(chain) == task_.preferred_chain) {
        chain_ = std::move(chain);
        state_ = State::kFinished;
        return {};
    }
    if (!in_alternates()) {
        chain_ = std::move(chain);
        for (const std::string& link : link_targets(reply, "alternate"))
            if (auto url = resolve_location(order_.certificate, link); url && alternates_.size() < limits::kAlternates)
                alternates_.push_back(std::move(*url));
    }
    next_alternate();
    return {};
}

// What is wrong with an alternate is its own affair: there is a chain already.
void Engine::next_alternate() {
    if (alternate_ < alternates_.size()) {
        ++alternate_;
        return;
    }
    note("acme.chain", "no chain ends below the preferred root " + printable(task_.preferred_chain, 80) +
                           ": the CA's first one is taken, below " + printable(root_of(chain_), 80), true);
    state_ = State::kFinished;
}

}  // namespace postern::acme
