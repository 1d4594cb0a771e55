#include "server/http/h2_answer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "server/http/response_rules.h"

namespace postern::http {

H2Fields::H2Fields(const Response& response, bool head_only, std::string_view date) {
    if (response.prebuilt) {
        const std::string_view head = std::string_view(response.prebuilt->bytes).substr(0, response.prebuilt->head_size);
        add_lines(head.substr(std::min(head.find('\n') + 1, head.size())));  // behind the status line
    }
    if (const auto length = length_to_tell(response, head_only, response.live != nullptr)) {
        const char* const end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), *length).ptr;
        add("content-length", {digits_.data(), static_cast<std::size_t>(end - digits_.data())});
    }
    for (const auto& [name, value] : response.fields)
        if (may_stand(value)) add(name, value);
    add_lines(response.lines);
    add_lines(response.own_lines);
    add_lines(date);
}

void H2Fields::add(std::string_view name, std::string_view value) {
    if (count_ < fields_.size()) fields_[count_++] = {name, value};
}

void H2Fields::add_lines(std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = lines.find("\r\n"), colon = lines.find(": ");
        if (end == lines.npos || colon > end) return;  // the blank line
        add(lines.substr(0, colon), lines.substr(colon + 2, end - colon - 2));
        lines.remove_prefix(end + 2);
    }
}

bool H2Body::take(Response& response, bool head_only) {
    if (!has_body(response, head_only)) return false;
    if (response.prebuilt) {
        rest_ = body_in_memory(response);
        prebuilt_ = std::move(response.prebuilt);
    } else if (response.source) {
        source_left_ = response.source->length();
        source_ = std::move(response.source);
    } else if (response.live) {
        live_ = std::move(response.live);
    } else if (!response.static_body.empty()) {
        rest_ = response.static_body;
    } else {
        own_ = std::move(response.body);
        rest_ = own_;
    }
    return live_ != nullptr || source_left_ > 0 || !rest_.empty();
}

H2Piece H2Body::next(char* into, std::size_t room, bool ending) {
    using State = H2Piece::State;
    if (live_) {
        ending = ending && !live_->keeps_time();
        const std::size_t size = ending ? 0 : std::min(live_->read(into, room), room);
        if (size > 0) return {State::kMore, size};
        if (!ending && live_->failed()) return {State::kFailed, 0};
        return {ending || live_->ended() ? State::kLast : State::kNothingYet, 0};
    }
    if (source_) {
        room = static_cast<std::size_t>(std::min<std::uint64_t>(room, source_left_));
        const std::size_t size = std::min(source_->read(into, room), room);
        if (size == 0) return {State::kFailed, 0};
        source_left_ -= size;
        return {source_left_ == 0 ? State::kLast : State::kMore, size};
    }
    const std::size_t size = std::min(room, rest_.size());
    std::memcpy(into, rest_.data(), size);
    rest_.remove_prefix(size);
    return {rest_.empty() ? State::kLast : State::kMore, size};
}

}  // namespace postern::http
