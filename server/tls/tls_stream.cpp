#include "server/tls/tls_stream.h"

#include <mbedtls/ssl.h>

#include <algorithm>
#include <optional>

#include "server/base/limits.h"
#include "server/net/address.h"
#include "server/base/text.h"
#include "server/crypto/init.h"
#include "server/tls/handshake_callbacks.h"
#include "server/tls/key_updates.h"
#include "server/tls/record_buffers.h"
#include "server/tls/record_io.h"
#include "server/tls/tickets.h"

namespace postern::tls {

using net::IoResult;
using net::IoStatus;

namespace {

// Over TLS 1.3 mbedTLS cannot leave out a ticket: the one for a challenge is bound to what no SNI in lower case is.
constexpr const char* kNoName = "TLS-ALPN-01";

// mbedTLS sends an alert for most of what it refuses, but says nothing about a record that is none and about want of a
// certificate. RFC 8446 section 6.2.
unsigned char alert_for(int code) {
    switch (code) {
        case MBEDTLS_ERR_SSL_INVALID_RECORD:
        case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE: return MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE;
        case MBEDTLS_ERR_SSL_DECODE_ERROR: return MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR;
        case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION: return MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION;
        case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER: return MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER;
        case MBEDTLS_ERR_SSL_UNRECOGNIZED_NAME: return MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME;
        case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE: return MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE;
        default: return MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR;
    }
}

}  // namespace

TlsScratch::TlsScratch() : in(new char[limits::kLoopInput]), out(new char[limits::kLoopSealed]) {}
TlsScratch::~TlsScratch() = default;

struct TlsStream::Impl {
    std::shared_ptr<const TlsContext> context;
    CertTable::Bundle certificate, other_key;  // pinned: mbedTLS holds pointers into them
    bool for_challenge = false;     // the certificate answers tls-alpn-01: nothing is read or written
    std::string server_name;
    std::optional<std::string> ticket_name;  // of the session that is being resumed

    enum class State : unsigned char { kSilent, kHandshake, kOpen, kEnded, kBroken } state = State::kSilent;
    int failure = 0;
    RecordIo io;
    RecordBuffers buffers;
    KeyUpdates key_updates;
    mbedtls_ssl_context ssl;

    Impl(std::unique_ptr<net::Stream> below, std::shared_ptr<const TlsContext> c, TlsScratch& scratch)
        : context(std::move(c)), io(std::move(below), scratch) {
        mbedtls_ssl_init(&ssl);
    }
    ~Impl() { mbedtls_ssl_free(&ssl); }

    bool is_open() const { return state == State::kOpen || state == State::kEnded; }
    bool begin(TlsStream* self);
    bool wake();
    int choose_for_challenge();
    int choose_for_site();
    void break_off(int code);
    IoResult fail(int code);
    IoResult after_error(int code);
    IoResult advance_handshake();
    IoResult read_records(char* into, std::size_t room);
    IoResult write_records(std::string_view bytes);
    IoResult end_turn(IoResult result);
};

// RFC 8737 section 3: a name of which nothing is known here is an alert. A session to resume would show no certificate.
int TlsStream::Impl::choose_for_challenge() {
    if (ticket_name) return MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER;
    for_challenge = true;
    certificate = context->challenge_for(server_name);
    if (!certificate) return MBEDTLS_ERR_SSL_UNRECOGNIZED_NAME;
    return mbedtls_ssl_set_hs_own_cert(&ssl, certificate->native_chain(), certificate->native_key());
}

// Of two kinds of keys mbedTLS takes the one that the client can check: by the signature algorithms that it prefers, over
// TLS 1.2 by our order of ciphers. Who sends no name has dialled an address (RFC 6066 section 3), which may be a name too.
int TlsStream::Impl::choose_for_site() {
    const Result<net::Address> local = server_name.empty() ? net::local_address(io.below().fd()) : net::Address();
    const CertTable::Choice choice = context->certificates_for(server_name.empty() && local ? local->host() : server_name);
    certificate = choice.first;
    other_key = choice.second;
    if (!certificate) return MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED;
    const int code = mbedtls_ssl_set_hs_own_cert(&ssl, certificate->native_chain(), certificate->native_key());
    if (code != 0 || !other_key) return code;
    return mbedtls_ssl_set_hs_own_cert(&ssl, other_key->native_chain(), other_key->native_key());
}

void TlsStream::Impl::break_off(int code) {
    failure = code;
    state = State::kBroken;
}

bool TlsStream::Impl::begin(TlsStream* self) {
    int code = mbedtls_ssl_setup(&ssl, context->native());
    if (code != 0) {
        break_off(code);
        return false;
    }
    mbedtls_ssl_set_user_data_p(&ssl, self);
    io.attach(ssl);
    state = State::kHandshake;
    return true;
}

bool TlsStream::Impl::wake() {
    if (!buffers.released() || buffers.restore(ssl)) return true;
    break_off(MBEDTLS_ERR_SSL_ALLOC_FAILED);
    return false;
}

IoResult TlsStream::Impl::fail(int code) {
    break_off(code);
    bool peer_listens = code != MBEDTLS_ERR_SSL_CONN_EOF && code != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
    if (peer_listens && !io.alert_sent()) mbedtls_ssl_send_alert_message(&ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert_for(code));
    return {IoStatus::kFailed};
}

IoResult TlsStream::Impl::after_error(int code) {
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) return {IoStatus::kWait};
    if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY && state == State::kOpen) {
        state = State::kEnded;
        return {IoStatus::kEnd};
    }
    // an end without close_notify is a truncation (RFC 8446 section 6.1): nothing that came may be taken for complete
    bool gone = code == 0 || code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
    return fail(gone ? MBEDTLS_ERR_SSL_CONN_EOF : code);
}

IoResult TlsStream::Impl::advance_handshake() {
    int code = mbedtls_ssl_handshake(&ssl);
    while (code == MBEDTLS_ERR_SSL_WANT_READ && io.has_input()) code = mbedtls_ssl_handshake(&ssl);
    if (code != 0) return after_error(code);
    state = for_challenge ? State::kEnded : State::kOpen;
    return {for_challenge ? IoStatus::kEnd : IoStatus::kOk};
}

IoResult TlsStream::Impl::read_records(char* into, std::size_t room) {
    std::size_t total = 0;
    while (total < room) {
        int got = mbedtls_ssl_read(&ssl, reinterpret_cast<unsigned char*>(into) + total, room - total);
        if (got > 0) {
            total += static_cast<std::size_t>(got);
            key_updates.data_came();
            continue;
        }
        if (got == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) continue;
        if (got == MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE && (got = key_updates.take(ssl)) == 0) continue;
        // an empty record, which is allowed, reads as 0 like the end below TLS
        if (got == 0 && !io.ended() && !io.failed()) continue;
        // after a warning mbedTLS comes back although there is more
        if (got == MBEDTLS_ERR_SSL_WANT_READ && io.has_input()) continue;
        IoResult result = after_error(got);
        // what came before an end or a failure is handed over first: the next call says it
        return total > 0 ? IoResult{IoStatus::kOk, total} : result;
    }
    return {IoStatus::kOk, total};
}

IoResult TlsStream::Impl::write_records(std::string_view bytes) {
    std::size_t taken = 0;
    if (const int code = bytes.empty() ? 0 : key_updates.answer(ssl); code != 0) return after_error(code);
    while (taken < bytes.size() && io.collected() + limits::kTlsRecord + limits::kTlsRecordOverhead <= limits::kLoopSealed) {
        std::size_t size = std::min(bytes.size() - taken, limits::kTlsRecord);
        int wrote = mbedtls_ssl_write(&ssl, reinterpret_cast<const unsigned char*>(bytes.data()) + taken, size);
        if (wrote <= 0) return after_error(wrote);  // cannot be WANT_WRITE: send() refuses nothing
        taken += static_cast<std::size_t>(wrote);
    }
    return {IoStatus::kOk, taken};
}

// Handshake flights, tickets, alerts and data leave here: also the alert before a failure.
IoResult TlsStream::Impl::end_turn(IoResult result) {
    if (io.end_turn().status == IoStatus::kFailed && state != State::kBroken) break_off(MBEDTLS_ERR_SSL_CONN_EOF);
    return result;
}

TlsStream::TlsStream(std::unique_ptr<net::Stream> below, std::shared_ptr<const TlsContext> context, TlsScratch& scratch)
    : impl_(std::make_unique<Impl>(std::move(below), std::move(context), scratch)) {}

TlsStream::~TlsStream() = default;

IoResult TlsStream::read(char* into, std::size_t room) {
    Impl& s = *impl_;
    if (s.state == Impl::State::kEnded) return {IoStatus::kEnd};
    if (s.state == Impl::State::kBroken || !s.wake()) return {IoStatus::kFailed};
    s.io.begin_turn();
    if (s.state == Impl::State::kSilent) {
        if (!s.io.read_ahead()) return {s.io.ended() || s.io.failed() ? IoStatus::kEnd : IoStatus::kWait};
        if (!s.begin(this)) return s.end_turn({IoStatus::kFailed});
    }
    TicketTurn turn(s.ssl);
    IoResult result{IoStatus::kOk};
    if (s.state == Impl::State::kHandshake) result = s.advance_handshake();
    if (result.status == IoStatus::kOk) result = s.read_records(into, room);
    return s.end_turn(result);
}

IoResult TlsStream::write(std::string_view bytes) {
    Impl& s = *impl_;
    if (s.state == Impl::State::kBroken || s.for_challenge || !s.wake()) return {IoStatus::kFailed};
    if (!s.is_open()) return {IoStatus::kWait};
    if (s.io.has_unsent()) {
        IoResult flushed = s.io.flush();
        if (flushed.status != IoStatus::kOk) return flushed;
    }
    s.io.begin_turn();
    TicketTurn turn(s.ssl);
    IoResult result = s.end_turn(s.write_records(bytes));
    return s.state == Impl::State::kBroken ? IoResult{IoStatus::kFailed} : result;
}

IoResult TlsStream::flush() {
    Impl& s = *impl_;
    if (!s.io.has_unsent()) return {s.state == Impl::State::kBroken ? IoStatus::kFailed : IoStatus::kOk};
    return s.io.flush();
}

bool TlsStream::has_buffered() const {
    const Impl& s = *impl_;
    if (s.state == Impl::State::kBroken || s.state == Impl::State::kEnded) return true;  // the news that this is so
    if (s.state == Impl::State::kSilent || s.buffers.released()) return s.io.may_have_more();
    return s.io.may_have_more() || mbedtls_ssl_check_pending(&s.ssl) != 0;
}

void TlsStream::finish() {
    Impl& s = *impl_;
    if (s.is_open() && s.wake()) {
        mbedtls_ssl_close_notify(&s.ssl);
        s.io.end_turn();
    }
    s.io.below().finish();
}

void TlsStream::rest() {
    Impl& s = *impl_;
    if (s.state == Impl::State::kOpen && !s.io.may_have_more() && !s.io.has_unsent()) s.buffers.release(s.ssl);
}

bool TlsStream::established() const { return impl_->is_open(); }
int TlsStream::fd() const { return impl_->io.below().fd(); }
std::uint64_t TlsStream::delivered() const { return impl_->io.below().delivered(); }
bool TlsStream::is_tls13() const { return mbedtls_ssl_get_version_number(&impl_->ssl) == MBEDTLS_SSL_VERSION_TLS1_3; }
std::string_view TlsStream::protocol() const {
    const char* const chosen = mbedtls_ssl_get_alpn_protocol(&impl_->ssl);
    return chosen != nullptr ? chosen : "";
}
bool TlsStream::resumed() const { return impl_->ticket_name.has_value(); }
const std::string& TlsStream::server_name() const { return impl_->server_name; }
std::string TlsStream::failure() const { return impl_->failure == 0 ? "" : crypto::describe(impl_->failure); }

namespace {

std::string sni_of(mbedtls_ssl_context* ssl) {
    std::size_t size = 0;
    const unsigned char* sni = mbedtls_ssl_get_hs_sni(ssl, &size);
    return sni && size <= 255 ? lower({reinterpret_cast<const char*>(sni), size}) : std::string();
}

}  // namespace

std::string name_of_ticket(mbedtls_ssl_context* ssl) {
    const TlsStream::Impl& s = *static_cast<TlsStream*>(mbedtls_ssl_get_user_data_p(ssl))->impl_;
    if (s.for_challenge) return kNoName;
    return s.certificate ? s.server_name : sni_of(ssl);
}

void ticket_taken(mbedtls_ssl_context* ssl, const std::string& name) {
    static_cast<TlsStream*>(mbedtls_ssl_get_user_data_p(ssl))->impl_->ticket_name = name;
}

int choose_certificate(mbedtls_ssl_context* ssl) {
    auto* stream = static_cast<TlsStream*>(mbedtls_ssl_get_user_data_p(ssl));
    TlsStream::Impl& s = *stream->impl_;
    const bool for_challenge = s.context->is_challenge(mbedtls_ssl_get_alpn_protocol(ssl));
    // Asked again for the second ClientHello after a HelloRetryRequest: mbedTLS still holds pointers into the first choice,
    // so that is the one of this handshake, whatever was published meanwhile. Only ALPN may have been chosen anew: a site
    // must not be served under a challenge's certificate.
    if (s.certificate) return for_challenge == s.for_challenge ? 0 : MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER;
    s.server_name = sni_of(ssl);
    if (for_challenge) return s.choose_for_challenge();
    // A session without a name, resumed over TLS 1.2 by a ticket that stood before the name: nobody sends that in good faith.
    if (s.ticket_name && *s.ticket_name != s.server_name) return MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER;
    return s.choose_for_site();
}

}  // namespace postern::tls
