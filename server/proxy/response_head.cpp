#include "server/proxy/response_head.h"

#include <array>
#include <optional>
#include <vector>

#include "server/base/text.h"
#include "server/base/upstream_limits.h"
#include "server/http/admin_cookie.h"
#include "server/http/chars.h"
#include "server/proxy/hop_fields.h"

namespace postern::proxy {

namespace {

struct Field {
    std::string_view name, value;
};

ParsedHead bad(std::string fault) { return {ParseState::kBad, 0, std::move(fault)}; }

// Takes the next line off `rest`, without its end. Nothing: it has not wholly come.
std::optional<std::string_view> next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return std::nullopt;
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (has_suffix(line, "\r")) line.remove_suffix(1);
    return line;
}

bool is_clean(std::string_view text) {
    for (std::size_t at = 0; (at = http::find_control(text, at, false)) < text.size(); ++at)
        if (text[at] != '\t') return false;
    return true;
}

// "HTTP/1.1 200 Fine". The phrase is nobody's business.
bool read_status_line(std::string_view line, ResponseHead& head) {
    const bool formed = line.size() >= 12 && has_prefix(line, "HTTP/1.") && (line[7] == '0' || line[7] == '1') && line[8] == ' ' &&
                        (line.size() == 12 || line[12] == ' ') && is_clean(line);
    const auto status = formed ? parse_decimal(line.substr(9, 3)) : std::nullopt;
    if (!status || *status < 100 || *status > 599) return false;
    head.status = static_cast<std::uint16_t>(*status);
    head.keep_alive = line[7] == '1';
    return true;
}

bool read_field(std::string_view line, Field& field) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos || colon == 0 || !is_clean(line)) return false;
    field.name = line.substr(0, colon);
    field.value = trim(line.substr(colon + 1));
    return http::is_token(field.name);
}

// "http://AUTHORITY/BASE/x" becomes "PREFIX/x". What is of somewhere else, or already of ours, stays.
std::string mapped(std::string_view location, const Mapping& mapping) {
    std::string_view rest = location;
    if (!has_prefix(rest, "http://")) return std::string(location);
    rest.remove_prefix(7);
    if (!has_prefix(rest, mapping.authority)) return std::string(location);
    rest.remove_prefix(mapping.authority.size());
    if (!rest.empty() && rest.front() != '/') return std::string(location);
    if (!has_prefix(rest, mapping.base)) return std::string(location);
    rest.remove_prefix(mapping.base.size());
    if (!rest.empty() && rest.front() != '/' && rest.front() != '?') return std::string(location);
    std::string ours = std::string(mapping.prefix) + std::string(rest);
    if (!has_prefix(ours, "/")) ours.insert(0, "/");
    // Those are hosts to a browser.
    return has_prefix(ours, "//") || has_prefix(ours, "/\\") ? std::string(location) : ours;
}

// What frames the message (RFC 9112 section 6.3). Two ways to read it are one too many.
class Framing {
public:
    // False: told twice, or not to be read.
    bool note(const Field& field, ResponseHead& head) {
        if (equal_no_case(field.name, "content-length")) {
            const auto length = parse_decimal(field.value);
            if (head.has_length || !length) return false;
            head.has_length = true;
            head.length = *length;
        } else if (equal_no_case(field.name, "transfer-encoding")) {
            if (chunked_ || !equal_no_case(field.value, "chunked")) return false;
            chunked_ = true;
        } else if (equal_no_case(field.name, "connection")) {
            closes_ = closes_ || names_option(field.value, "close");
            stays_ = stays_ || names_option(field.value, "keep-alive");
            (options_ += field.value) += ",";
        }
        return true;
    }

    bool settle(bool to_head, ResponseHead& head) const {
        if (chunked_ && (head.has_length || !head.keep_alive)) return false;  // both, or one that HTTP/1.0 does not know
        head.keep_alive = !closes_ && (head.keep_alive || stays_);
        using Body = ResponseHead::Body;
        if (to_head || head.status < 200 || head.status == 204 || head.status == 304) head.body = Body::kNone;
        else if (chunked_) head.body = Body::kChunked;
        else if (head.has_length) head.body = head.length == 0 ? Body::kNone : Body::kLength;
        else head.body = Body::kToTheEnd;
        if (head.body == Body::kToTheEnd) head.keep_alive = false;
        return true;
    }

    const std::string& options() const { return options_; }

private:
    bool chunked_ = false, closes_ = false, stays_ = false;
    std::string options_;
};

bool stays_behind(std::string_view name) {
    return is_hop_field(name) || equal_no_case(name, "date") || equal_no_case(name, "strict-transport-security");
}

// Browsers keep cookies by host, whatever the port: it would log the owner out of the admin page.
bool is_of_admin(const Field& field) {
    return equal_no_case(field.name, "set-cookie") && trim(field.value.substr(0, field.value.find('='))) == http::kAdminCookie;
}

void pass_fields(const std::vector<Field>& fields, const std::string& options, const Mapping& mapping, ResponseHead& head) {
    for (const Field& field : fields) {
        if (head.status == 101 && equal_no_case(field.name, "upgrade")) head.upgrade = field.value;
        if (mapping.named && equal_no_case(field.name, "x-request-id")) continue;
        if (stays_behind(field.name) || is_of_admin(field) || (!options.empty() && names_option(options, field.name))) continue;
        ((head.lines += field.name) += ": ");
        if (equal_no_case(field.name, "location")) head.lines += mapped(field.value, mapping);
        else head.lines += field.value;
        head.lines += "\r\n";
    }
}

}  // namespace

ParsedHead parse_response(std::string_view bytes, bool to_head, const Mapping& mapping, ResponseHead& into) {
    into = ResponseHead();
    const std::string_view window = bytes.substr(0, limits::kUpstreamHead);
    ParsedHead partial = bytes.size() < limits::kUpstreamHead ? ParsedHead() : bad("its head is longer than 16 kB");
    std::string_view rest = window;
    const auto first = next_line(rest);
    if (!first) return window.size() > 12 && !has_prefix(window, "HTTP/1.") ? bad("no HTTP/1.1 answer") : partial;
    if (!read_status_line(*first, into)) return bad("its status line is none of HTTP/1.1");
    std::vector<Field> fields;
    Framing framing;
    while (true) {
        const auto line = next_line(rest);
        if (!line) return partial;
        if (line->empty()) break;
        Field field;
        if (fields.size() == limits::kUpstreamFields) return bad("it has more than 60 fields");
        if (!read_field(*line, field)) return bad("a field of its head is malformed");
        if (!framing.note(field, into)) return bad("it says twice, or oddly, how long its body is");
        fields.push_back(field);
    }
    if (!framing.settle(to_head, into)) return bad("it says in two ways how long its body is");
    pass_fields(fields, framing.options(), mapping, into);
    return {ParseState::kComplete, static_cast<std::size_t>(window.size() - rest.size()), {}};
}

}  // namespace postern::proxy
