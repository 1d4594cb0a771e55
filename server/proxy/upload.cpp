#include "server/proxy/upload.h"

#include <array>
#include <charconv>

#include "server/base/upstream_limits.h"

namespace postern::proxy {

std::size_t Upload::room() const {
    return blocked_ || waiting() >= limits::kUpstreamPiece ? 0 : limits::kUpstreamPiece - waiting();
}

void Upload::add(std::string_view bytes) {
    began_ = true;
    if (form_ != BodyForm::kChunked) {
        pending_.append(bytes);
        return;
    }
    std::array<char, 16> digits{};
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16).ptr;
    pending_.append(digits.data(), static_cast<std::size_t>(end - digits.data())).append("\r\n").append(bytes).append("\r\n");
}

void Upload::end() {
    ended_ = true;
    if (form_ == BodyForm::kChunked) pending_.append("0\r\n\r\n");
}

bool Upload::flush(Wire& wire) {
    while (at_ < pending_.size()) {
        const net::IoResult sent = wire.write(std::string_view(pending_).substr(at_));
        blocked_ = sent.status != net::IoStatus::kOk;
        if (blocked_) return sent.status == net::IoStatus::kWait;
        at_ += sent.bytes;
        any_sent_ = true;
    }
    pending_.clear();
    at_ = 0;
    return true;
}

}  // namespace postern::proxy
