#include "acme/dns/name.h"

#include "acme/dns/limits.h"
#include "server/base/text.h"

namespace postern::acme::dns {

namespace {

bool is_plain(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '*'; }

void append_label(std::string& name, std::string_view label) {
    if (!name.empty()) name += '.';
    for (const char c : label) {
        if (is_plain(c)) {
            name += to_lower(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        name += {'\\', static_cast<char>('0' + byte / 100), static_cast<char>('0' + byte / 10 % 10),
                 static_cast<char>('0' + byte % 10)};
    }
}

unsigned byte_at(std::string_view message, std::size_t at) { return static_cast<unsigned char>(message[at]); }

Error malformed(std::string_view why) { return Error::refuse("a name " + std::string(why)); }

// Where the pointer at `at` leads: nearer to the beginning than `before`, where the part that it ends began.
Result<std::size_t> follow(std::string_view message, std::size_t at, std::size_t before) {
    if (at + 1 >= message.size()) return malformed("ends in half a pointer");
    const std::size_t target = (byte_at(message, at) & 0x3f) << 8 | byte_at(message, at + 1);
    if (target >= before) return malformed("has a pointer that does not lead backwards");
    return target;
}

}  // namespace

std::string canonical_name(std::string_view text) {
    if (has_suffix(text, ".")) text.remove_suffix(1);
    return lower(text);
}

Result<std::string> encode_name(std::string_view text) {
    std::string wire;
    if (text.empty()) return std::string(1, '\0');
    for (const std::string_view label : split(text, '.')) {
        const bool fits = !label.empty() && label.size() <= limits::kDnsLabel;
        if (!fits) return Error::admin("'" + printable(text) + "' is no domain name: a label has 1 to 63 bytes");
        for (const char c : label)
            if (!is_plain(c)) return Error::admin("'" + printable(text) + "' is no domain name: it may hold letters, digits, '-' and '_'");
        wire += static_cast<char>(label.size());
        wire += label;
    }
    wire += '\0';
    if (wire.size() > limits::kDnsName) return Error::admin("'" + printable(text) + "' is longer than a domain name may be");
    return wire;
}

Result<std::string> decode_name(std::string_view message, std::size_t& at) {
    std::string name;
    std::size_t here = at, part = at, wire = 0;
    int pointers = 0;
    for (;;) {
        if (here >= message.size()) return malformed("runs out of the message");
        const unsigned size = byte_at(message, here);
        if (size >= 0xc0) {
            TRY(const std::size_t target, follow(message, here, part));
            if (pointers == 0) at = here + 2;
            if (++pointers > limits::kDnsPointers) return malformed("has too many pointers");
            here = part = target;
            continue;
        }
        if (size > limits::kDnsLabel) return malformed("has a label of an unknown kind");
        wire += size + 1;
        if (wire > limits::kDnsName) return malformed("is longer than 255 bytes");
        if (size == 0) break;
        if (size >= message.size() - here) return malformed("runs out of the message");
        append_label(name, message.substr(here + 1, size));
        here += size + 1;
    }
    if (pointers == 0) at = here + 1;
    return name;
}

}  // namespace postern::acme::dns
