#include "server/site/accept_encoding.h"

#include <optional>

#include "server/base/text.h"

namespace postern::site {
namespace {

// True for a quality above 0: "0.001" to "1.000"; nullopt for what is none (RFC 9110 section 12.4.2).
std::optional<bool> wanted(std::string_view quality) {
    if (quality.empty() || quality.size() > 5 || (quality[0] != '0' && quality[0] != '1')) return std::nullopt;
    bool above = quality[0] == '1';
    if (quality.size() > 1 && quality[1] != '.') return std::nullopt;
    for (const char digit : quality.substr(quality.size() > 1 ? 2 : 1)) {
        if (!is_digit(digit)) return std::nullopt;
        if (digit == '0') continue;
        if (quality[0] == '1') return std::nullopt;  // more than 1
        above = true;
    }
    return above;
}

struct Part {
    std::string_view coding;
    bool wanted = true;
};

// "gzip;q=0.5". Only q has a meaning here; anything else is no part that we understand.
std::optional<Part> parse_part(std::string_view text) {
    const std::size_t semicolon = text.find(';');
    Part part{trim(text.substr(0, semicolon)), true};
    if (semicolon == std::string_view::npos) return part;
    const std::string_view parameter = trim(text.substr(semicolon + 1));
    if (parameter.size() < 2 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') return std::nullopt;
    const auto quality = wanted(parameter.substr(2));
    if (!quality) return std::nullopt;
    part.wanted = *quality;
    return part;
}

}  // namespace

bool accepts_gzip(std::string_view list) {
    std::optional<bool> named, any;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (const auto part = parse_part(list.substr(0, comma))) {
            if (equal_no_case(part->coding, "gzip") || equal_no_case(part->coding, "x-gzip")) named = part->wanted;
            else if (part->coding == "*") any = part->wanted;
        }
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return named.value_or(any.value_or(false));
}

}  // namespace postern::site
