#include "server/net/announced_stream.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace postern::net {

// kOk: it is there, and what came behind it is kept.
IoStatus AnnouncedStream::read_header() {
    std::array<char, kLongestProxyHeader> room;
    while (header_.state == ProxyHeader::State::kPartial) {
        const IoResult got = below_->read(room.data(), kLongestProxyHeader - kept_.size());
        if (got.status != IoStatus::kOk) return got.status;
        kept_.append(room.data(), got.bytes);
        header_ = parse_proxy_header(kept_);
    }
    if (header_.state == ProxyHeader::State::kBad) return IoStatus::kFailed;
    kept_.erase(0, header_.size);
    return IoStatus::kOk;
}

IoResult AnnouncedStream::read(char* into, std::size_t room) {
    if (!established()) {
        const IoStatus status = read_header();
        if (status != IoStatus::kOk) return {status};
    }
    if (kept_.empty()) return below_->read(into, room);
    const std::size_t size = std::min(room, kept_.size());
    std::memcpy(into, kept_.data(), size);
    kept_.erase(0, size);
    if (kept_.empty()) std::string().swap(kept_);
    return {IoStatus::kOk, size};
}

IoResult AnnouncedStream::write(std::string_view bytes) { return established() ? below_->write(bytes) : IoResult{IoStatus::kWait}; }

IoResult AnnouncedStream::write_both(std::string_view first, std::string_view second) {
    return established() ? below_->write_both(first, second) : IoResult{IoStatus::kWait};
}

void AnnouncedStream::finish() {
    if (established()) below_->finish();
}

}  // namespace postern::net
