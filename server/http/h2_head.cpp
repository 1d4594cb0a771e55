#include "server/http/h2_head.h"

#include <cstring>

#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/http/chars.h"
#include "server/http/request_line.h"

namespace postern::http {

namespace {

constexpr std::size_t kFieldOverhead = 32;  // RFC 7541 section 4.1
constexpr std::size_t kUsualHead = 768;     // of a browser's request

struct Sizes {
    std::uint16_t name = 0, value = 0;
};

void append_field(std::pmr::string& text, std::string_view name, std::string_view value) {
    const Sizes sizes{static_cast<std::uint16_t>(name.size()), static_cast<std::uint16_t>(value.size())};
    char raw[sizeof sizes];
    std::memcpy(raw, &sizes, sizeof sizes);
    ((text += std::string_view(raw, sizeof raw)) += name) += value;
}

// Takes the first field off `text`.
FieldView next_field(std::string_view& text) {
    Sizes sizes;
    std::memcpy(&sizes, text.data(), sizeof sizes);
    const FieldView field{text.substr(sizeof sizes, sizes.name), text.substr(sizeof sizes + sizes.name, sizes.value)};
    text.remove_prefix(sizeof sizes + sizes.name + sizes.value);
    return field;
}

}  // namespace

// What the session itself obeys. Of the pseudo-header fields there is one each; nghttp2 has seen to that, and that :method,
// :scheme and :path are there.
struct H2Head::Known {
    std::string_view method, scheme, authority, path, host;
    bool has_authority = false, has_host = false, expects_other = false;
};

void H2Head::add(std::string_view name, std::string_view value) {
    total_ += name.size() + value.size() + kFieldOverhead;
    const bool pseudo = has_prefix(name, ":");
    if (!pseudo && name == "cookie") ++cookies_;
    else if (!pseudo) ++fields_;
    if (total_ > limits::kRequestHead || fields_ > limits::kRequestFields - 1) too_large_ = true;  // one is for the cookies
    if (too_large_ && !pseudo) return;
    if (total_ > 2 * limits::kRequestHead) return;
    if (text_.empty()) text_.reserve(kUsualHead);
    append_field(text_, name, value);
}

// A cookie may come in crumbs, for the sake of compression; whoever reads it wants it whole (RFC 9113 section 8.2.3).
void H2Head::join_cookies() {
    std::pmr::string rest(text_.get_allocator()), cookie(text_.get_allocator());
    for (std::string_view text = text_; !text.empty();) {
        const FieldView field = next_field(text);
        if (field.name != "cookie") append_field(rest, field.name, field.value);
        else cookie.append(cookie.empty() ? "" : "; ").append(field.value);
    }
    append_field(rest, "cookie", cookie);
    text_ = std::move(rest);
    cookies_ = 1;
}

H2Head::Known H2Head::collect(RequestScratch& scratch) const {
    Known known;
    std::size_t count = 0;
    for (std::string_view text = text_; !text.empty();) {
        const FieldView field = next_field(text);
        if (field.name == ":method") known.method = field.value;
        else if (field.name == ":scheme") known.scheme = field.value;
        else if (field.name == ":path") known.path = field.value;
        else if (field.name == ":authority") {
            known.authority = field.value;
            known.has_authority = true;
        } else {
            if (field.name == "host") {
                known.host = field.value;
                known.has_host = true;
            }
            if (field.name == "expect")
                (equal_no_case(field.value, "100-continue") ? scratch.framing.expects_continue : known.expects_other) = true;
            if (count < scratch.fields.size()) scratch.fields[count++] = field;  // more there are only in a head that is refused
        }
    }
    scratch.request.fields = {scratch.fields.data(), count};
    return known;
}

std::uint16_t H2Head::read(RequestScratch& scratch) {
    if (cookies_ > 1 && !too_large_) join_cookies();
    Request& request = scratch.request;
    request = Request();
    request.major = 2;
    request.minor = 0;
    scratch.framing = Framing();
    const Known known = collect(scratch);
    request.method_text = known.method;
    request.method = method_of(known.method);
    request.target = known.path;
    if (known.path.size() > limits::kRequestLine) return 414;
    if (too_large_) return 431;
    if (!is_token(known.method)) return 400;
    if (request.method == Method::kConnect) return 501;  // we are nobody's proxy
    if (!equal_no_case(known.scheme, "https") && !equal_no_case(known.scheme, "http")) return 400;
    Target target;
    if (!apply_target(known.path, scratch, target) || target.form == TargetForm::kAbsolute) return 400;
    Authority authority;
    if (!parse_authority(known.has_authority ? known.authority : known.host, scratch.host, authority)) return 400;
    request.host = authority.host;
    request.host_port = authority.port;
    // Two that differ are two requests in one (RFC 9113 section 8.3.1).
    if (known.has_authority && known.has_host && !equal_no_case(known.authority, known.host)) return 400;
    return known.expects_other ? 417 : 0;
}

}  // namespace postern::http
