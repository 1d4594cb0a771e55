#include "server/http/uri.h"

#include <cstring>

#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "server/http/chars.h"

namespace postern::http {
namespace {

bool parse_port(std::string_view digits, std::uint16_t& port) {
    port = 0;
    if (digits.empty()) return true;  // "host:" is allowed (RFC 3986 section 3.2.3)
    const auto number = parse_decimal(digits);
    if (!number || *number == 0 || *number > 65535 || digits.size() > 5) return false;
    port = static_cast<std::uint16_t>(*number);
    return true;
}

// Brings IPv6 to its one form, so that every spelling of an address meets the same name.
bool parse_ipv6(std::string_view text, std::span<char> room, std::string_view& host) {
    const auto bytes = ip_to_bytes(text);
    if (!bytes || bytes->size() != 16) return false;
    const std::string canonical = ip_from_bytes(*bytes);
    if (canonical.empty() || canonical.size() > room.size()) return false;
    std::memcpy(room.data(), canonical.data(), canonical.size());
    host = {room.data(), canonical.size()};
    return true;
}

bool parse_name(std::string_view text, std::span<char> room, std::string_view& host) {
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);  // the root's dot
    if (text.empty() || text.size() > kHostSize || text.size() > room.size()) return false;
    char before = '.';
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (!is_char(c, kHostChar) || (c == '.' && before == '.')) return false;
        room[i] = to_lower(c);
        before = c;
    }
    if (before == '.') return false;
    host = {room.data(), text.size()};
    return true;
}

// True when decoding would change nothing: by far the most paths.
bool is_plain(std::string_view raw) {
    char before = 0;
    for (const char c : raw) {
        if (!is_char(c, kPathChar)) return false;  // '%' is none
        if (before == '/' && (c == '/' || c == '.')) return false;
        before = c;
    }
    return true;
}

// Rewrites a path segment by segment into a buffer. Between segments what is written ends in '/'.
class PathDecoder {
public:
    PathDecoder(std::string_view raw, char* room) : raw_(raw), room_(room) {}

    bool run(DecodedPath& out) {
        room_[size_++] = '/';
        for (at_ = 1; at_ < raw_.size(); ++at_) {
            if (!take_segment()) return false;
        }
        out = {{room_, size_}, encoded_slash_, above_root_};
        return true;
    }

private:
    // Up to the next '/' or the end.
    bool take_segment() {
        const std::size_t begin = size_;
        while (at_ < raw_.size() && raw_[at_] != '/') {
            if (!take_character()) return false;
        }
        const std::string_view name(room_ + begin, size_ - begin);
        if (name == "..") climb(begin);
        else if (name == ".") size_ = begin;
        else if (!name.empty() && at_ < raw_.size()) room_[size_++] = '/';
        return true;
    }

    bool take_character() {
        char c = raw_[at_];
        if (c != '%') {
            ++at_;
            room_[size_++] = c;
            return is_char(c, kPathChar);
        }
        if (raw_.size() - at_ < 3 || !is_char(raw_[at_ + 1], kHexChar) || !is_char(raw_[at_ + 2], kHexChar)) return false;
        c = static_cast<char>(hex_value(raw_[at_ + 1]) << 4 | hex_value(raw_[at_ + 2]));
        if (is_control(c)) return false;
        if (c == '/' || c == '\\') return keep_escape();
        at_ += 3;
        room_[size_++] = c;
        return true;
    }

    bool keep_escape() {
        std::memcpy(room_ + size_, raw_.data() + at_, 3);
        size_ += 3;
        at_ += 3;
        encoded_slash_ = true;
        return true;
    }

    // Drops the segment at `begin` and the one before it.
    void climb(std::size_t begin) {
        above_root_ = above_root_ || begin == 1;
        size_ = begin == 1 ? 1 : std::string_view(room_, begin - 1).rfind('/') + 1;
    }

    std::string_view raw_;
    char* room_;
    std::size_t at_ = 0;
    std::size_t size_ = 0;  // never more than at_: nothing grows
    bool encoded_slash_ = false;
    bool above_root_ = false;
};

bool split_path_and_query(std::string_view text, Target& out) {
    if (text.find('#') != std::string_view::npos) return false;  // a fragment is never sent
    const std::size_t mark = text.find('?');
    out.has_query = mark != std::string_view::npos;
    out.path = text.substr(0, mark);
    out.query = out.has_query ? text.substr(mark + 1) : std::string_view();
    return true;
}

bool split_absolute(std::string_view text, Target& out) {
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) return false;
    const std::string_view scheme = text.substr(0, colon);
    out.https = equal_no_case(scheme, "https");
    if (!out.https && !equal_no_case(scheme, "http")) return false;
    text.remove_prefix(colon + 3);
    const std::size_t end = text.find_first_of("/?#");
    out.form = TargetForm::kAbsolute;
    out.authority = text.substr(0, end);
    if (!split_path_and_query(end == std::string_view::npos ? std::string_view() : text.substr(end), out)) return false;
    if (out.path.empty()) out.path = "/";
    return true;
}

}  // namespace

bool parse_authority(std::string_view text, std::span<char> room, Authority& out) {
    const bool literal = !text.empty() && text.front() == '[';
    const std::size_t end = literal ? text.find(']') : text.find(':');
    std::string_view host = text.substr(0, end);
    std::string_view rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
    if (literal) {
        if (rest.empty()) return false;
        rest.remove_prefix(1);
        if (!parse_ipv6(host.substr(1), room, out.host)) return false;
    } else if (!parse_name(host, room, out.host)) {
        return false;
    }
    if (rest.empty()) {
        out.port = 0;
        return true;
    }
    return rest.front() == ':' && parse_port(rest.substr(1), out.port);
}

bool split_target(std::string_view text, Target& out) {
    out = Target();
    if (text.empty()) return false;
    if (text.front() == '/') return split_path_and_query(text, out);
    if (text == "*") {
        out.form = TargetForm::kAsterisk;
        out.path = text;
        return true;
    }
    return split_absolute(text, out);
}

bool decode_path(std::string_view raw, std::span<char> room, DecodedPath& out) {
    if (is_plain(raw)) {
        out = {raw, false};
        return true;
    }
    return raw.size() <= room.size() && PathDecoder(raw, room.data()).run(out);
}

}  // namespace postern::http
