// UTF-8 (RFC 3629), well-formed or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace postern {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

struct CodePoint {
    std::uint32_t value;
    std::size_t size;  // bytes, 1 to 4
};

// The well-formed sequence that `text` begins with; nothing where there is none: too long a form, a surrogate, above U+10FFFF,
// cut short. `text` is not empty.
std::optional<CodePoint> first_code_point(std::string_view text);

// Where `text` stops being UTF-8: the offset of the first bad byte, npos when all is well.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace postern
