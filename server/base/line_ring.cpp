#include "server/base/line_ring.h"

#include <algorithm>
#include <cstring>

namespace postern {

LineRing::LineRing(std::size_t bytes) : capacity_(bytes), bytes_(new char[bytes]) {}

void LineRing::write(std::string_view lines) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (lines.size() > capacity_) lines.remove_prefix(lines.size() - capacity_);
    const std::size_t first = std::min(lines.size(), capacity_ - end_);
    std::memcpy(bytes_.get() + end_, lines.data(), first);
    std::memcpy(bytes_.get(), lines.data() + first, lines.size() - first);
    if (first == capacity_ - end_) wrapped_ = true;
    end_ = (end_ + lines.size()) % capacity_;
}

std::string LineRing::held() const {
    std::string all;
    if (wrapped_) all.assign(bytes_.get() + end_, capacity_ - end_);
    return all.append(bytes_.get(), end_);
}

std::vector<std::string> LineRing::recent(std::size_t most) const {
    std::unique_lock<std::mutex> hold(mutex_);
    const std::string all = held();
    const bool cut = wrapped_;  // the first may have lost its beginning
    hold.unlock();
    std::vector<std::string> lines;
    std::string_view rest = all;
    if (cut) rest.remove_prefix(std::min(rest.find('\n') + 1, rest.size()));
    while (!rest.empty() && lines.size() < most) {  // from the end
        rest.remove_suffix(1);
        const auto before = rest.rfind('\n');
        const std::size_t begin = before == rest.npos ? 0 : before + 1;
        lines.emplace_back(rest.substr(begin));
        rest = rest.substr(0, begin);
    }
    std::reverse(lines.begin(), lines.end());
    return lines;
}

}  // namespace postern
