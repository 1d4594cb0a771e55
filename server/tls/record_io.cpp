#include "server/tls/record_io.h"

#include <mbedtls/ssl.h>

#include <algorithm>
#include <cstring>

#include "server/base/limits.h"
#include "server/tls/tls_stream.h"

namespace postern::tls {

using net::IoResult;
using net::IoStatus;

namespace {

// A sealed alert in TLS 1.3 looks like application data; but nothing else that short ends what a server has to say:
// header 5, alert 2 and its type 1 padded to 16, tag 16.
constexpr std::size_t kSealedAlert = 37;

constexpr std::size_t kTurnBytes = 8 * limits::kLoopInput;  // then the deadlines and the other connections have their turn

bool is_alert(std::string_view record) {
    int type = static_cast<unsigned char>(record.front());
    return type == MBEDTLS_SSL_MSG_ALERT || (type == MBEDTLS_SSL_MSG_APPLICATION_DATA && record.size() <= kSealedAlert);
}

void drop(std::string& kept, std::size_t& used) {
    std::string().swap(kept);  // gives the memory back
    used = 0;
}

}  // namespace

int RecordIo::receive_callback(void* io, unsigned char* into, std::size_t room) {
    return static_cast<RecordIo*>(io)->receive(into, room);
}

int RecordIo::send_callback(void* io, const unsigned char* bytes, std::size_t size) {
    return static_cast<RecordIo*>(io)->send(bytes, size);
}

void RecordIo::attach(mbedtls_ssl_context& ssl) { mbedtls_ssl_set_bio(&ssl, this, send_callback, receive_callback, nullptr); }

void RecordIo::begin_turn() {
    below_drained_ = false;
    turn_bytes_ = 0;
    alert_sent_ = false;
}

IoResult RecordIo::end_turn() {
    if (!window_.empty()) {
        kept_in_.append(window_);
        window_ = {};
    }
    return flush();
}

// One recv into the loop's buffer serves all of mbedTLS's small reads. A short one means the socket is drained: no second.
// mbedTLS swallows empty and ChangeCipherSpec records without end inside one call: only a turn's end stops that.
bool RecordIo::read_ahead() {
    if (below_drained_ || turn_bytes_ >= kTurnBytes) return false;
    IoResult got = below_->read(scratch_.in.get(), limits::kLoopInput);
    below_drained_ = got.status != IoStatus::kOk || !below_->has_buffered();
    below_ended_ = below_ended_ || got.status == IoStatus::kEnd;
    below_failed_ = below_failed_ || got.status == IoStatus::kFailed;
    if (got.status != IoStatus::kOk) return false;
    turn_bytes_ += got.bytes;
    window_ = {scratch_.in.get(), got.bytes};
    return true;
}

bool RecordIo::has_input() const { return !kept_in_.empty() || !window_.empty(); }

bool RecordIo::may_have_more() const { return has_input() || below_->has_buffered(); }

int RecordIo::receive(unsigned char* into, std::size_t room) {
    if (!kept_in_.empty()) {
        std::size_t n = std::min(room, kept_in_.size() - kept_in_used_);
        std::memcpy(into, kept_in_.data() + kept_in_used_, n);
        kept_in_used_ += n;
        if (kept_in_used_ == kept_in_.size()) drop(kept_in_, kept_in_used_);
        return static_cast<int>(n);
    }
    if (window_.empty() && !read_ahead()) {
        if (below_failed_) return MBEDTLS_ERR_SSL_CONN_EOF;
        return below_ended_ ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
    }
    std::size_t n = std::min(room, window_.size());
    std::memcpy(into, window_.data(), n);
    window_.remove_prefix(n);
    return static_cast<int>(n);
}

// Takes everything, so that mbedTLS never has output of its own to wait for.
int RecordIo::send(const unsigned char* bytes, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(bytes), size);
    alert_sent_ = is_alert(text);
    bool fits = kept_out_.empty() && out_size_ + size <= limits::kLoopSealed;
    if (fits) {
        std::memcpy(scratch_.out.get() + out_size_, text.data(), size);
        out_size_ += size;
    } else {  // a flight larger than the loop's buffer, or an alert behind a stalled write
        kept_out_.append(scratch_.out.get(), out_size_);
        out_size_ = 0;
        kept_out_.append(text);
    }
    return static_cast<int>(size);
}

// What a socket does not take at once is kept here; the loop's buffer is free again afterwards.
IoResult RecordIo::flush() {
    bool kept = !kept_out_.empty();
    std::string_view rest = kept ? std::string_view(kept_out_).substr(kept_out_used_) : std::string_view(scratch_.out.get(), out_size_);
    out_size_ = 0;
    std::size_t sent = 0;
    while (sent < rest.size()) {
        IoResult result = below_->write(rest.substr(sent));
        if (result.status == IoStatus::kFailed) {
            below_failed_ = true;
            return {IoStatus::kFailed};
        }
        if (result.status == IoStatus::kWait) break;
        sent += result.bytes;
    }
    bool whole = sent == rest.size();
    if (kept) {
        kept_out_used_ += sent;
        if (whole) drop(kept_out_, kept_out_used_);
    } else if (!whole) {
        kept_out_.assign(rest.substr(sent));
    }
    return {whole ? IoStatus::kOk : IoStatus::kWait, sent};
}

}  // namespace postern::tls
