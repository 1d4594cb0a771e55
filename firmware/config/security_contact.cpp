#include "firmware/config/security_contact.h"

#include <algorithm>
#include <string>

#include "server/base/text.h"
#include "server/base/utf8.h"

namespace postern::config {
namespace {

struct Found {
    int contacts = 0, expiries = 0;
};

Error fault_at(int line, const std::string& what) { return Error::admin("line " + std::to_string(line) + ": " + what); }

bool is_field_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~' && c != ':'; });
}

// Section 2.5.3; a web address without TLS is no place for a secret.
bool is_contact(std::string_view value) {
    return has_prefix(value, "https://") || has_prefix(value, "mailto:") || has_prefix(value, "tel:");
}

Result<void> take_line(std::string_view text, int line, Found& found) {
    const auto colon = text.find(':');
    if (colon == text.npos || !is_field_name(text.substr(0, colon)))
        return fault_at(line, "this is neither 'Name: value' nor a comment (RFC 9116): '" + printable(text, 60) + "'");
    const std::string_view name = text.substr(0, colon), value = trim(text.substr(colon + 1));
    if (equal_no_case(name, "Contact")) {
        if (!is_contact(value)) return fault_at(line, "Contact begins with https://, mailto: or tel:");
        ++found.contacts;
    }
    if (equal_no_case(name, "Expires")) {
        if (!from_rfc3339(value)) return fault_at(line, "Expires is a date such as 2030-12-31T23:59:59Z");
        ++found.expiries;
    }
    return {};
}

}  // namespace

Result<void> check_security_text(std::string_view text) {
    if (text.size() > kLongestSecurityText) return Error::admin("it is longer than " + std::to_string(kLongestSecurityText) + " bytes");
    if (find_invalid_utf8(text) != text.npos) return Error::admin("it is not UTF-8");
    Found found;
    int line = 0;
    enum class Part : unsigned char { kText, kHead, kSignature } part = Part::kText;  // RFC 4880 section 7: a head ends blank
    for (std::string_view rest = text; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const std::string_view one = trim(rest.substr(0, end > 0 && rest[end - 1] == '\r' ? end - 1 : end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        ++line;
        if (one == "-----BEGIN PGP SIGNED MESSAGE-----") part = Part::kHead;
        else if (one == "-----BEGIN PGP SIGNATURE-----") part = Part::kSignature;
        else if (one == "-----END PGP SIGNATURE-----" || (one.empty() && part == Part::kHead)) part = Part::kText;
        else if (part == Part::kText && !one.empty() && one.front() != '#') TRY_VOID(take_line(one, line, found));
    }
    if (found.contacts == 0) return Error::admin("it names no Contact (RFC 9116), such as 'Contact: mailto:security@example.org'");
    if (found.expiries != 1) return Error::admin("it must say once when it Expires (RFC 9116), such as 'Expires: 2030-12-31T23:59:59Z'");
    return {};
}

}  // namespace postern::config
