#include "server/http/h1_writer.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "server/http/response_rules.h"

namespace postern::http {
namespace {

constexpr std::string_view kClose = "Connection: close\r\n";
constexpr std::string_view kKeepAlive = "Connection: keep-alive\r\n";
constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";
constexpr std::string_view kLengthName = "Content-Length: ";
constexpr std::size_t kDigits = 20;  // of 2^64

char* put(char* at, std::string_view text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

// A head that knows its size before it is written, so that it is written once and in one place.
class Head {
public:
    Head(const Response& response, const WriteRules& rules) : response_(response), rules_(rules) {
        if (response.prebuilt) return;
        status_ = response.status;
        reason_ = reason_of(status_);
        const auto length = length_to_tell(response, rules.head_only, rules.live);
        if (!length) return;
        char* end = std::to_chars(digits_, digits_ + kDigits, *length).ptr;
        length_text_ = {digits_, static_cast<std::size_t>(end - digits_)};
    }
    Head(const Head&) = delete;  // length_text_ views itself
    Head& operator=(const Head&) = delete;

    std::size_t size() const {
        std::size_t size = rules_.date.size() + connection().size() + response_.lines.size() + response_.own_lines.size();
        size += response_.prebuilt ? response_.prebuilt->head_size : 9 + 3 + 1 + reason_.size() + 2 + 2;
        if (rules_.chunked) size += kChunked.size();
        if (!length_text_.empty()) size += kLengthName.size() + length_text_.size() + 2;
        for (const auto& field : response_.fields) {
            if (may_stand(field.second)) size += field.first.size() + 2 + field.second.size() + 2;
        }
        return size;
    }

    // Exactly size() bytes.
    char* write(char* at) const {
        at = response_.prebuilt ? put(at, prebuilt_lines()) : put_status_line(at);
        for (const auto& field : response_.fields) {
            if (!may_stand(field.second)) continue;
            at = put(put(put(put(at, field.first), ": "), field.second), "\r\n");
        }
        at = put(put(at, response_.lines), response_.own_lines);
        if (rules_.chunked) at = put(at, kChunked);
        if (!length_text_.empty()) at = put(put(put(at, kLengthName), length_text_), "\r\n");
        return put(put(put(at, rules_.date), connection()), "\r\n");
    }

private:
    char* put_status_line(char* at) const {
        at = put(at, "HTTP/1.1 ");
        *at++ = static_cast<char>('0' + status_ / 100 % 10);
        *at++ = static_cast<char>('0' + status_ / 10 % 10);
        *at++ = static_cast<char>('0' + status_ % 10);
        *at++ = ' ';
        return put(put(at, reason_), "\r\n");
    }

    std::string_view prebuilt_lines() const {
        return std::string_view(response_.prebuilt->bytes).substr(0, response_.prebuilt->head_size - 2);
    }

    std::string_view connection() const {
        if (rules_.close) return kClose;
        return rules_.tell_keep_alive ? kKeepAlive : std::string_view();
    }

    const Response& response_;
    const WriteRules& rules_;
    std::uint16_t status_ = 0;
    std::string_view reason_;
    char digits_[kDigits];
    std::string_view length_text_;
};

// Takes over what the rest of the response needs. `body` is what of it is not yet written.
std::unique_ptr<Unsent> keep(Response& response, std::string_view body, bool with_body) {
    auto unsent = std::make_unique<Unsent>();
    if (!with_body) return unsent;
    if (response.prebuilt) {
        unsent->prebuilt = std::move(response.prebuilt);
        unsent->rest = body;
    } else if (response.source) {
        unsent->source_left = response.source->length();
        unsent->source = std::move(response.source);
    } else if (!response.static_body.empty()) {
        unsent->rest = body;
    } else {
        unsent->body = std::move(response.body);
        unsent->rest = std::string_view(unsent->body).substr(unsent->body.size() - body.size());
    }
    return unsent;
}

// Moves from the front of `text` to the output. True when all of it went.
bool move_some(std::string_view& text, Output& out) {
    const std::size_t n = std::min(text.size(), out.room());
    put(out.tail(), text.substr(0, n));
    out.advance(n);
    text.remove_prefix(n);
    return text.empty();
}

}  // namespace

bool Output::append(std::string_view bytes) {
    if (bytes.size() > room()) return false;
    put(tail(), bytes);
    advance(bytes.size());
    return true;
}

WriteState write_response(Response& response, const WriteRules& rules, Output& out, std::unique_ptr<Unsent>& unsent) {
    const Head head(response, rules);
    const std::size_t size = head.size();
    const bool with_body = has_body(response, rules.head_only);
    std::string_view body = with_body ? body_in_memory(response) : std::string_view();
    const bool from_source = with_body && response.source && !response.prebuilt;
    unsent.reset();
    if (size > out.room()) {
        std::string text(size, '\0');
        head.write(text.data());
        unsent = keep(response, body, with_body);
        unsent->head = std::move(text);
        return write_more(*unsent, out);
    }
    head.write(out.tail());
    out.advance(size);
    const bool stays = rules.in_place && body.size() > out.room();
    if (!stays && move_some(body, out) && !from_source) return WriteState::kAll;
    unsent = keep(response, body, with_body);
    return stays ? WriteState::kMore : write_more(*unsent, out);
}

WriteState write_more(Unsent& unsent, Output& out) {
    std::string_view head = std::string_view(unsent.head).substr(unsent.head_at);
    const bool head_done = move_some(head, out);
    unsent.head_at = unsent.head.size() - head.size();
    if (!head_done || !move_some(unsent.rest, out)) return WriteState::kMore;
    while (unsent.source_left > 0 && out.room() > 0) {
        const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(out.room(), unsent.source_left));
        const std::size_t n = std::min(unsent.source->read(out.tail(), room), room);
        if (n == 0) return WriteState::kCut;
        out.advance(n);
        unsent.source_left -= n;
    }
    return unsent.source_left > 0 ? WriteState::kMore : WriteState::kAll;
}

std::string_view rest_in_memory(const Unsent& unsent) {
    return unsent.head_at == unsent.head.size() ? unsent.rest : std::string_view();
}

WriteState skip(Unsent& unsent, std::size_t bytes) {
    unsent.rest.remove_prefix(bytes);
    return unsent.rest.empty() && unsent.source_left == 0 ? WriteState::kAll : WriteState::kMore;
}

}  // namespace postern::http
