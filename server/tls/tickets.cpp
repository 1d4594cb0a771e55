#include "server/tls/tickets.h"

#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>

#include <cstring>
#include <string>
#include <utility>

#include "server/base/secret.h"
#include "server/crypto/hash.h"
#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/tls/handshake_callbacks.h"

namespace postern::tls {

namespace {

constexpr std::uint32_t kLifetime = 12 * 3600;  // seconds; mbedTLS changes the key at this pace and keeps one before
constexpr std::size_t kSecret = 32;

// A ticket begins with the name of its key and the nonce of its encryption (ssl_ticket.c).
constexpr std::size_t kNonceAt = 4, kNonceSize = 12;

thread_local mbedtls_ssl_context* turn = nullptr;

}  // namespace

struct TicketKeys::Impl {
    mbedtls_ssl_ticket_context native;
    Secret secret;

    explicit Impl(std::string bytes) : secret(std::move(bytes)) { mbedtls_ssl_ticket_init(&native); }
    ~Impl() { mbedtls_ssl_ticket_free(&native); }

    // The nonce is masked by the server name: taken for that of another name it is a wrong nonce, and the ticket does not
    // decrypt. Done twice it is undone.
    void mask(unsigned char* ticket, std::string_view server_name) const {
        const std::string bytes = crypto::hmac_sha256(secret.view(), server_name);
        for (std::size_t i = 0; i < kNonceSize; i++) ticket[kNonceAt + i] ^= static_cast<unsigned char>(bytes[i]);
    }
    static int write(void* self, const mbedtls_ssl_session* session, unsigned char* start, const unsigned char* end,
                     std::size_t* size, std::uint32_t* lifetime);
    static int parse(void* self, mbedtls_ssl_session* session, unsigned char* ticket, std::size_t size);
};

int TicketKeys::Impl::write(void* self, const mbedtls_ssl_session* session, unsigned char* start, const unsigned char* end,
                            std::size_t* size, std::uint32_t* lifetime) {
    auto& keys = *static_cast<Impl*>(self);
    *size = 0;
    *lifetime = 0;
    if (!turn) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    int code = mbedtls_ssl_ticket_write(&keys.native, session, start, end, size, lifetime);
    if (code == 0) keys.mask(start, name_of_ticket(turn));
    return code;
}

// What fails here is a ticket that is not known: a full handshake follows.
int TicketKeys::Impl::parse(void* self, mbedtls_ssl_session* session, unsigned char* ticket, std::size_t size) {
    auto& keys = *static_cast<Impl*>(self);
    if (!turn || size < kNonceAt + kNonceSize) return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    const std::string name = name_of_ticket(turn);
    keys.mask(ticket, name);
    int code = mbedtls_ssl_ticket_parse(&keys.native, session, ticket, size);
    if (code == 0) ticket_taken(turn, name);
    return code;
}

TicketKeys::TicketKeys(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TicketKeys::~TicketKeys() = default;

Result<std::shared_ptr<TicketKeys>> TicketKeys::make() {
    TRY_VOID(crypto::init());
    std::string secret(kSecret, '\0');
    int code = crypto::rng(nullptr, reinterpret_cast<unsigned char*>(secret.data()), secret.size());
    if (code != 0) return Error::bug("session tickets: " + crypto::describe(code));
    auto impl = std::make_unique<Impl>(std::move(secret));
    code = mbedtls_ssl_ticket_setup(&impl->native, crypto::rng, nullptr, MBEDTLS_CIPHER_AES_256_GCM, kLifetime);
    if (code != 0) return Error::bug("session tickets: " + crypto::describe(code));
    return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(impl)));
}

void TicketKeys::attach(mbedtls_ssl_config& config) {
    mbedtls_ssl_conf_session_tickets_cb(&config, Impl::write, Impl::parse, impl_.get());
}

TicketTurn::TicketTurn(mbedtls_ssl_context& ssl) { turn = &ssl; }
TicketTurn::~TicketTurn() { turn = nullptr; }

}  // namespace postern::tls
