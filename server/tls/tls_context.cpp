#include "server/tls/tls_context.h"

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include <array>

#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/tls/handshake_callbacks.h"

namespace postern::tls {

namespace {

constexpr const char* kChallengeProtocol = "acme-tls/1";  // RFC 8737 section 6.2

constexpr int kAesFirst[] = {
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0,
};
constexpr int kChachaFirst[] = {
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    0,
};

constexpr std::uint16_t kGroups[] = {MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                     MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};

// AES in software is slow and leaks through the cache: without the instructions ChaCha20 comes first.
bool cpu_has_aes() {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("aes") != 0;
#elif defined(__aarch64__)
    constexpr unsigned long kHwcapAes = 1ul << 3;
    return (getauxval(AT_HWCAP) & kHwcapAes) != 0;
#else
    return false;
#endif
}

}  // namespace

struct TlsContext::Impl {
    mbedtls_ssl_config config;
    const Published<CertTable>& certificates;
    const Published<ChallengeTable>* challenges = nullptr;
    std::string lineage;
    std::vector<std::string> alpn_text;
    std::vector<const char*> alpn;  // as mbedTLS wants it: pointers into alpn_text, a null at the end
    std::shared_ptr<TicketKeys> tickets;

    explicit Impl(const Published<CertTable>& table) : certificates(table) { mbedtls_ssl_config_init(&config); }
    ~Impl() { mbedtls_ssl_config_free(&config); }
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

const mbedtls_ssl_config* TlsContext::native() const { return &impl_->config; }

CertTable::Choice TlsContext::certificates_for(std::string_view server_name) const {
    std::shared_ptr<const CertTable> table = impl_->certificates.get();
    if (!table) return {};
    return impl_->lineage.empty() ? table->choose(server_name) : table->choose(impl_->lineage, server_name);
}

// mbedTLS points into the list that it was given.
bool TlsContext::is_challenge(const char* protocol) const { return protocol == kChallengeProtocol; }

CertTable::Bundle TlsContext::challenge_for(std::string_view server_name) const {
    std::shared_ptr<const ChallengeTable> table = impl_->challenges ? impl_->challenges->get() : nullptr;
    return table ? table->find(server_name) : nullptr;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const Published<CertTable>& certificates, TlsOptions options) {
    TRY_VOID(crypto::init());
    auto impl = std::make_unique<Impl>(certificates);
    mbedtls_ssl_config* config = &impl->config;
    int code = mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (code != 0) return Error::bug("TLS settings: " + crypto::describe(code));

    mbedtls_ssl_conf_rng(config, crypto::rng, nullptr);
    mbedtls_ssl_conf_min_tls_version(config, options.allow_tls12 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_max_tls_version(config, options.allow_tls13 ? MBEDTLS_SSL_VERSION_TLS1_3 : MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_ciphersuites(config, cpu_has_aes() ? kAesFirst : kChachaFirst);
    mbedtls_ssl_conf_groups(config, kGroups);
    mbedtls_ssl_conf_cert_cb(config, choose_certificate);

    impl->alpn_text = std::move(options.alpn);
    for (const std::string& protocol : impl->alpn_text) impl->alpn.push_back(protocol.c_str());
    impl->challenges = options.challenges;
    impl->lineage = std::move(options.lineage);
    if (impl->challenges) impl->alpn.push_back(kChallengeProtocol);  // last: who speaks HTTP too is no CA
    if (!impl->alpn.empty()) {
        impl->alpn.push_back(nullptr);
        code = mbedtls_ssl_conf_alpn_protocols(config, impl->alpn.data());
        if (code != 0) return Error::bug("ALPN: " + crypto::describe(code));
    }
    if (options.tickets) {
        impl->tickets = std::move(options.tickets);
        impl->tickets->attach(*config);
        mbedtls_ssl_conf_new_session_tickets(config, 1);  // one is enough and keeps the first answer in one packet
    }
    return std::shared_ptr<const TlsContext>(new TlsContext(std::move(impl)));
}

}  // namespace postern::tls
