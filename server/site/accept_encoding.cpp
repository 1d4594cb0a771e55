#include "server/site/accept_encoding.h"

#include <optional>

#include "server/base/text.h"

namespace postern::site {
namespace {

// Thousandths of "0.001" to "1.000"; nullopt for what is no quality (RFC 9110 section 12.4.2).
std::optional<int> parse_quality(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
    if (text.size() > 1 && text[1] != '.') return std::nullopt;
    int quality = (text[0] - '0') * 1000, place = 100;
    for (const char digit : text.substr(text.size() > 1 ? 2 : 1)) {
        if (!is_digit(digit)) return std::nullopt;
        quality += (digit - '0') * place;
        place /= 10;
    }
    return quality <= 1000 ? std::optional<int>(quality) : std::nullopt;
}

struct Part {
    std::string_view coding;
    int quality = 1000;
};

// "gzip;q=0.5". Only q has a meaning here; anything else is no part that we understand.
std::optional<Part> parse_part(std::string_view text) {
    const std::size_t semicolon = text.find(';');
    Part part{trim(text.substr(0, semicolon)), 1000};
    if (semicolon == std::string_view::npos) return part;
    const std::string_view parameter = trim(text.substr(semicolon + 1));
    if (parameter.size() < 2 || to_lower(parameter[0]) != 'q' || parameter[1] != '=') return std::nullopt;
    const auto quality = parse_quality(parameter.substr(2));
    if (!quality) return std::nullopt;
    part.quality = *quality;
    return part;
}

std::optional<Coding> coding_of(std::string_view name) {
    if (equal_no_case(name, "gzip") || equal_no_case(name, "x-gzip")) return Coding::kGzip;
    if (equal_no_case(name, "br")) return Coding::kBrotli;
    if (equal_no_case(name, "zstd")) return Coding::kZstd;
    if (equal_no_case(name, "identity")) return Coding::kIdentity;
    return std::nullopt;
}

struct Wishes {
    std::array<std::optional<int>, kPackedCodings + 1> named;  // by Coding
    std::optional<int> any;

    int of(Coding coding) const { return named[static_cast<std::size_t>(coding)].value_or(any.value_or(0)); }
};

void parse_wishes(std::string_view list, Wishes& wishes) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (const auto part = parse_part(list.substr(0, comma))) {
            if (const auto coding = coding_of(part->coding)) wishes.named[static_cast<std::size_t>(*coding)] = part->quality;
            else if (part->coding == "*") wishes.any = part->quality;
        }
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
}

// Several lines are one list (RFC 9110 section 5.3): a "gzip;q=0" in the second counts as well.
Wishes wishes_of(const http::Request& request) {
    constexpr std::string_view kName = "accept-encoding";
    Wishes wishes;
    for (const http::FieldView& field : request.fields) {
        if (field.name.size() == kName.size() && equal_no_case(field.name, kName)) parse_wishes(field.value, wishes);
    }
    return wishes;
}

Coding best_of(const Wishes& wishes, const HaveCodings& have) {
    Coding best = Coding::kIdentity;
    // Who names identity, or all, says how gladly it is taken; else it is what is left when nothing else is.
    int quality = wishes.of(Coding::kIdentity);
    for (std::size_t i = 0; i < kPackedCodings; ++i) {
        const auto coding = static_cast<Coding>(i);
        const int wanted = wishes.of(coding);
        const bool better = best == Coding::kIdentity ? wanted >= quality : wanted > quality;
        if (!have[i] || wanted == 0 || !better) continue;
        best = coding;
        quality = wanted;
    }
    return best;
}

}  // namespace

Coding choose_coding(const http::Request& request, const HaveCodings& have) { return best_of(wishes_of(request), have); }

bool accepts_gzip(const http::Request& request) { return wishes_of(request).of(Coding::kGzip) > 0; }

}  // namespace postern::site
