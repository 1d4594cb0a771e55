// Small, allocation-free pieces of ASCII text handling; everything here is locale-independent.
// Used by every parser of ours.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equal_no_case(std::string_view a, std::string_view b);
std::string lower(std::string_view text);
std::string_view trim(std::string_view text);  // spaces and tabs at both ends
bool has_prefix(std::string_view text, std::string_view prefix);
bool has_suffix(std::string_view text, std::string_view suffix);

// Splits at each `separator`, trims the parts, keeps empty ones. Views point into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// All of `text` must be digits, no sign, no space; nullopt on overflow or emptiness.
std::optional<std::uint64_t> parse_decimal(std::string_view text);
std::string to_hex(std::string_view bytes);                         // lower case
std::optional<std::string> from_hex(std::string_view text);        // either case

// Printable ASCII stays; everything else becomes \xNN. For logs and status: no CR, LF, ESC or half UTF-8 gets through.
// At most max_bytes of input are shown, then "…".
std::string printable(std::string_view bytes, std::size_t max_bytes = 400);

// "2026-11-21T01:02:03Z" and back (RFC 3339, UTC only when writing; offsets and fractions accepted when reading).
std::string to_rfc3339(long long seconds_since_1970);
std::optional<long long> from_rfc3339(std::string_view text);

// The candidate nearest to `word` by edit distance (transpositions count one), or empty when none is near:
// distance <= max(1, length/3). For "did you mean".
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace postern
