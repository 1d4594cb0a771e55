#include "server/tls/tls_stream.h"

#include <mbedtls/ssl.h>

#include <algorithm>
#include <cstring>

#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/crypto/init.h"
#include "server/tls/handshake_callbacks.h"

namespace postern::tls {

using net::IoResult;
using net::IoStatus;

namespace {

constexpr std::size_t kRecord = 16384;          // RFC 8446 section 5.1
constexpr std::size_t kRecordOverhead = 512;    // header, nonce, tag, and a ticket that may ride along
// To a peer that takes less than it is given, no more ciphertext than this is held in store.
constexpr std::size_t kStalledBatch = 2 * kRecord;

}  // namespace

TlsScratch::TlsScratch() : in(new char[limits::kLoopInput]), out(new char[limits::kLoopOutput]) {}
TlsScratch::~TlsScratch() = default;

struct TlsStream::Impl {
    std::unique_ptr<net::Stream> below;
    std::shared_ptr<const TlsContext> context;
    TlsScratch& scratch;
    CertTable::Bundle certificate;  // pinned: mbedTLS holds pointers into it
    std::string server_name;

    enum class State : unsigned char { kSilent, kHandshake, kOpen, kEnded, kBroken } state = State::kSilent;
    int failure = 0;
    mbedtls_ssl_context ssl;

    // Ciphertext read but not yet taken by mbedTLS: a window of scratch.in during a call, kept_in between calls.
    std::string_view window;
    std::string kept_in;
    std::size_t kept_in_used = 0;
    bool below_drained = false;
    bool below_ended = false;
    bool below_failed = false;

    // Ciphertext made but not yet sent: in scratch.out during a call, kept_out between calls.
    std::size_t out_size = 0;
    std::string kept_out;
    std::size_t kept_out_used = 0;
    bool slow = false;  // the peer took less than it was given the last time

    Impl(std::unique_ptr<net::Stream> b, std::shared_ptr<const TlsContext> c, TlsScratch& s)
        : below(std::move(b)), context(std::move(c)), scratch(s) {
        mbedtls_ssl_init(&ssl);
    }
    ~Impl() { mbedtls_ssl_free(&ssl); }

    // mbedTLS's two calls to the outside, and the functions that it can call them by.
    int receive(unsigned char* into, std::size_t room);
    int send(const unsigned char* bytes, std::size_t size);
    static int receive_callback(void* impl, unsigned char* into, std::size_t room) {
        return static_cast<Impl*>(impl)->receive(into, room);
    }
    static int send_callback(void* impl, const unsigned char* bytes, std::size_t size) {
        return static_cast<Impl*>(impl)->send(bytes, size);
    }
    IoResult send_collected();
    void keep_window();
    bool begin(TlsStream* self);
    IoResult advance_handshake();
    IoResult read_records(char* into, std::size_t room);
    IoResult after_error(int code);
    bool refill_window();
};

// One recv into the loop's buffer serves all of mbedTLS's small reads. A short one means the socket is drained: no second.
bool TlsStream::Impl::refill_window() {
    if (below_drained) return false;
    IoResult got = below->read(scratch.in.get(), limits::kLoopInput);
    below_drained = !below->has_buffered();
    below_ended = below_ended || got.status == IoStatus::kEnd;
    below_failed = below_failed || got.status == IoStatus::kFailed;
    if (got.status != IoStatus::kOk) {
        below_drained = true;
        return false;
    }
    window = {scratch.in.get(), got.bytes};
    return true;
}

int TlsStream::Impl::receive(unsigned char* into, std::size_t room) {
    if (kept_in_used < kept_in.size()) {
        std::size_t n = std::min(room, kept_in.size() - kept_in_used);
        std::memcpy(into, kept_in.data() + kept_in_used, n);
        kept_in_used += n;
        if (kept_in_used == kept_in.size()) {
            std::string().swap(kept_in);
            kept_in_used = 0;
        }
        return static_cast<int>(n);
    }
    if (window.empty() && !refill_window()) {
        if (below_failed) return MBEDTLS_ERR_SSL_CONN_EOF;
        return below_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
    }
    std::size_t n = std::min(room, window.size());
    std::memcpy(into, window.data(), n);
    window.remove_prefix(n);
    return static_cast<int>(n);
}

int TlsStream::Impl::send(const unsigned char* bytes, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(bytes), size);
    bool fits = kept_out.empty() && out_size + size <= limits::kLoopOutput;
    if (fits) {
        std::memcpy(scratch.out.get() + out_size, text.data(), size);
        out_size += size;
    } else {  // a flight larger than the loop's buffer, or an alert behind a stalled write
        kept_out.append(scratch.out.get(), out_size);
        out_size = 0;
        kept_out.append(text);
    }
    return static_cast<int>(size);
}

// What a socket does not take at once is kept by the stream; the loop's buffer is free again afterwards.
IoResult TlsStream::Impl::send_collected() {
    std::string_view rest = kept_out.empty() ? std::string_view(scratch.out.get(), out_size)
                                             : std::string_view(kept_out).substr(kept_out_used);
    out_size = 0;
    std::size_t sent = 0;
    while (sent < rest.size()) {
        IoResult result = below->write(rest.substr(sent));
        if (result.status == IoStatus::kFailed) {
            state = State::kBroken;
            return result;
        }
        if (result.status == IoStatus::kWait) break;
        sent += result.bytes;
    }
    bool whole = sent == rest.size();
    if (!kept_out.empty()) {
        kept_out_used += sent;
        if (whole) {
            std::string().swap(kept_out);
            kept_out_used = 0;
        }
    } else {
        slow = !whole;
        if (!whole) kept_out.assign(rest.substr(sent));
    }
    return {whole ? IoStatus::kOk : IoStatus::kWait};
}

void TlsStream::Impl::keep_window() {
    if (window.empty()) return;
    kept_in.append(window);
    window = {};
}

bool TlsStream::Impl::begin(TlsStream* self) {
    int code = mbedtls_ssl_setup(&ssl, context->native());
    if (code != 0) {
        failure = code;
        state = State::kBroken;
        return false;
    }
    mbedtls_ssl_set_user_data_p(&ssl, self);
    mbedtls_ssl_set_bio(&ssl, this, send_callback, receive_callback, nullptr);
    state = State::kHandshake;
    return true;
}

IoResult TlsStream::Impl::after_error(int code) {
    if (code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE) return {IoStatus::kWait};
    if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        state = State::kEnded;
        return {IoStatus::kEnd};
    }
    // an end without close_notify is a truncation (RFC 8446 section 6.1): nothing that came may be taken for complete
    failure = code == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : code;
    state = State::kBroken;
    return {IoStatus::kFailed};
}

IoResult TlsStream::Impl::advance_handshake() {
    int code = mbedtls_ssl_handshake(&ssl);
    if (code == 0) {
        state = State::kOpen;
        return {IoStatus::kOk};
    }
    return after_error(code);
}

IoResult TlsStream::Impl::read_records(char* into, std::size_t room) {
    std::size_t total = 0;
    while (total < room) {
        int got = mbedtls_ssl_read(&ssl, reinterpret_cast<unsigned char*>(into) + total, room - total);
        if (got > 0) {
            total += static_cast<std::size_t>(got);
            continue;
        }
        if (got == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) continue;
        IoResult result = after_error(got);
        return total > 0 && result.status != IoStatus::kFailed ? IoResult{IoStatus::kOk, total} : result;
    }
    return {IoStatus::kOk, total};
}

TlsStream::TlsStream(std::unique_ptr<net::Stream> below, std::shared_ptr<const TlsContext> context, TlsScratch& scratch)
    : impl_(std::make_unique<Impl>(std::move(below), std::move(context), scratch)) {}

TlsStream::~TlsStream() = default;

IoResult TlsStream::read(char* into, std::size_t room) {
    Impl& s = *impl_;
    if (s.state == Impl::State::kEnded) return {IoStatus::kEnd};
    if (s.state == Impl::State::kBroken) return {IoStatus::kFailed};
    s.below_drained = false;
    if (s.state == Impl::State::kSilent) {
        if (!s.refill_window()) return {s.below_ended || s.below_failed ? IoStatus::kEnd : IoStatus::kWait};
        if (!s.begin(this)) return {IoStatus::kFailed};
    }
    IoResult result{IoStatus::kOk};
    if (s.state == Impl::State::kHandshake) result = s.advance_handshake();
    if (result.status == IoStatus::kOk) result = s.read_records(into, room);
    s.keep_window();
    if (s.out_size > 0) s.send_collected();  // handshake flights, tickets, alerts: also the alert before a failure
    return result;
}

IoResult TlsStream::write(std::string_view bytes) {
    Impl& s = *impl_;
    if (s.state == Impl::State::kBroken) return {IoStatus::kFailed};
    if (s.state != Impl::State::kOpen && s.state != Impl::State::kEnded) return {IoStatus::kWait};
    if (!s.kept_out.empty()) {
        IoResult flushed = s.send_collected();
        if (flushed.status != IoStatus::kOk) return flushed;
    }
    std::size_t budget = s.slow ? kStalledBatch : limits::kLoopOutput;
    std::size_t taken = 0;
    while (taken < bytes.size() && s.out_size + kRecord + kRecordOverhead <= budget) {
        std::size_t size = std::min(bytes.size() - taken, kRecord);
        int wrote = mbedtls_ssl_write(&s.ssl, reinterpret_cast<const unsigned char*>(bytes.data()) + taken, size);
        if (wrote <= 0) return s.after_error(wrote);  // cannot be WANT_WRITE: send() refuses nothing
        taken += static_cast<std::size_t>(wrote);
    }
    IoResult sent = s.send_collected();
    if (sent.status == IoStatus::kFailed) return sent;
    return {IoStatus::kOk, taken};
}

IoResult TlsStream::flush() {
    Impl& s = *impl_;
    if (s.state == Impl::State::kBroken) return {IoStatus::kFailed};
    return s.kept_out.empty() ? IoResult{IoStatus::kOk} : s.send_collected();
}

bool TlsStream::has_buffered() const {
    const Impl& s = *impl_;
    if (s.state == Impl::State::kSilent) return s.below->has_buffered();
    return !s.kept_in.empty() || s.below->has_buffered() || mbedtls_ssl_check_pending(&s.ssl) != 0;
}

void TlsStream::finish() {
    Impl& s = *impl_;
    if (s.state == Impl::State::kOpen || s.state == Impl::State::kEnded) {
        mbedtls_ssl_close_notify(&s.ssl);
        s.send_collected();
    }
    s.below->finish();
}

bool TlsStream::established() const { return impl_->state == Impl::State::kOpen || impl_->state == Impl::State::kEnded; }
int TlsStream::fd() const { return impl_->below->fd(); }
const std::string& TlsStream::server_name() const { return impl_->server_name; }
std::string TlsStream::failure() const { return impl_->failure == 0 ? "" : crypto::describe(impl_->failure); }

int choose_certificate(mbedtls_ssl_context* ssl) {
    auto* stream = static_cast<TlsStream*>(mbedtls_ssl_get_user_data_p(ssl));
    TlsStream::Impl& s = *stream->impl_;
    std::size_t size = 0;
    const unsigned char* sni = mbedtls_ssl_get_hs_sni(ssl, &size);
    if (sni && size <= 255) s.server_name = lower({reinterpret_cast<const char*>(sni), size});
    s.certificate = s.context->certificate_for(s.server_name);
    if (!s.certificate) return MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED;
    return mbedtls_ssl_set_hs_own_cert(ssl, s.certificate->native_chain(), s.certificate->native_key());
}

}  // namespace postern::tls
