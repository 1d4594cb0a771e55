#include "server/http/h1_framing.h"

#include "server/base/text.h"

namespace postern::http {
namespace {

// The fields that this box itself obeys. A view without data: not sent.
struct Known {
    std::string_view host, length, coding;
    bool repeated = false;  // one of these three came twice
    bool close = false;
    bool keep_alive = false;
    bool expects_continue = false;
    bool expects_other = false;
};

void once(std::string_view value, std::string_view& slot, bool& repeated) {
    if (slot.data() != nullptr) repeated = true;
    slot = value;
}

void read_connection(std::string_view list, Known& known) {
    while (true) {
        const std::size_t comma = list.find(',');
        const std::string_view option = trim(list.substr(0, comma));
        if (equal_no_case(option, "close")) known.close = true;
        else if (equal_no_case(option, "keep-alive")) known.keep_alive = true;
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

// By length first: most fields are told apart without a comparison.
void note(const FieldView& field, Known& known) {
    const std::string_view name = field.name;
    switch (name.size()) {
        case 4:
            if (equal_no_case(name, "host")) once(field.value, known.host, known.repeated);
            break;
        case 6:
            if (!equal_no_case(name, "expect")) break;
            (equal_no_case(field.value, "100-continue") ? known.expects_continue : known.expects_other) = true;
            break;
        case 10:
            if (equal_no_case(name, "connection")) read_connection(field.value, known);
            break;
        case 14:
            if (equal_no_case(name, "content-length")) once(field.value, known.length, known.repeated);
            break;
        case 17:
            if (equal_no_case(name, "transfer-encoding")) once(field.value, known.coding, known.repeated);
            break;
        default: break;
    }
}

std::uint16_t apply_host(const Known& known, const Target& target, RequestScratch& scratch) {
    Request& request = scratch.request;
    const bool absent = known.host.data() == nullptr;
    if (absent && request.minor >= 1) return 400;
    Authority authority;
    if (!absent && !parse_authority(known.host, scratch.host, authority)) return 400;
    // The absolute form overrides Host (RFC 9112 section 3.2.2), which had to be well-formed all the same.
    const bool absolute = target.form == TargetForm::kAbsolute;
    if (absolute && !parse_authority(target.authority, scratch.host, authority)) return 400;
    request.host = authority.host;
    request.host_port = authority.port;
    return 0;
}

std::uint16_t apply_coding(std::string_view coding, RequestScratch& scratch) {
    // HTTP/1.0 has none: whoever sent it there frames the message otherwise than we would.
    if (scratch.request.minor == 0) return 400;
    if (equal_no_case(coding, "chunked")) {
        scratch.framing.body = Framing::Body::kChunked;
        return 0;
    }
    // Without chunked at the end the body's end is unknown: 400. With it, the coding before it is one that we do not
    // speak: 501 (RFC 9112 sections 6.1 and 6.3).
    const std::size_t comma = coding.rfind(',');
    const std::string_view last = comma == std::string_view::npos ? coding : trim(coding.substr(comma + 1));
    return equal_no_case(last, "chunked") ? 501 : 400;
}

std::uint16_t apply_length(std::string_view text, RequestScratch& scratch) {
    const auto length = parse_decimal(text);
    if (!length) return 400;
    if (*length == 0) return 0;
    scratch.framing.body = Framing::Body::kLength;
    scratch.framing.length = *length;
    return 0;
}

}  // namespace

std::uint16_t apply_fields(const Target& target, RequestScratch& scratch) {
    Known known;
    for (const FieldView& field : scratch.request.fields) note(field, known);
    const bool has_length = known.length.data() != nullptr;
    const bool has_coding = known.coding.data() != nullptr;
    if (known.repeated || (has_length && has_coding)) return 400;
    if (const std::uint16_t fault = apply_host(known, target, scratch)) return fault;

    Framing& framing = scratch.framing;
    framing = Framing();
    const bool modern = scratch.request.minor >= 1;
    framing.keep_alive = !known.close && (modern || known.keep_alive);
    std::uint16_t fault = 0;
    if (has_coding) fault = apply_coding(known.coding, scratch);
    if (has_length) fault = apply_length(known.length, scratch);
    if (fault != 0) return fault;
    // An HTTP/1.0 peer knows no interim answers, its Expect is ignored (RFC 9110 section 10.1.1).
    if (modern && known.expects_other) return 417;
    framing.expects_continue = modern && known.expects_continue;
    return 0;
}

}  // namespace postern::http
