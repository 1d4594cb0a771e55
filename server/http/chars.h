// Which bytes may stand where in a message head (RFC 9110 section 5.6.2, RFC 3986), as tables and word-wide scans.
// Used by the parsers of this box; knows nothing of messages.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace postern::http {

// What a byte may be. One table, one bit for each question.
enum CharClass : std::uint8_t {
    kTokenChar = 1,  // tchar: methods and field names
    kPathChar = 2,   // stands in a path as itself: pchar and '/', and "[]^|", which browsers do not escape
    kHostChar = 4,   // letters, digits, '-', '.', '_': a name or an IPv4 address
    kHexChar = 8,
};

constexpr std::array<std::uint8_t, 256> make_char_table() {
    std::array<std::uint8_t, 256> table{};
    auto mark = [&table](std::string_view chars, std::uint8_t what) {
        for (char c : chars) table[static_cast<unsigned char>(c)] |= what;
    };
    constexpr std::string_view kAlnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    mark(kAlnum, kTokenChar | kPathChar | kHostChar);
    mark("!#$%&'*+-.^_`|~", kTokenChar);
    mark("-._~!$&'()*+,;=:@/[]^|", kPathChar);
    mark("-._", kHostChar);
    mark("0123456789abcdefABCDEF", kHexChar);
    return table;
}

inline constexpr std::array<std::uint8_t, 256> kCharTable = make_char_table();

constexpr bool is_char(char c, CharClass what) { return (kCharTable[static_cast<unsigned char>(c)] & what) != 0; }
// RFC 9110 section 5.6.2: methods, names of fields.
constexpr bool is_token(std::string_view text) {
    for (const char c : text)
        if (!is_char(c, kTokenChar)) return false;
    return !text.empty();
}
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Of a digit that is_char(c, kHexChar).
constexpr unsigned hex_value(char c) {
    return c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

// True when any of eight bytes is a control character or, with `ascii`, above 0x7e. May err only towards true.
inline bool word_needs_a_look(const char* p, bool ascii) {
    constexpr std::uint64_t kOnes = 0x0101010101010101u;
    constexpr std::uint64_t kHighs = 0x8080808080808080u;
    std::uint64_t x;
    std::memcpy(&x, p, sizeof x);
    const std::uint64_t below_space = (x - kOnes * 0x20) & ~x;
    const std::uint64_t del = x ^ (kOnes * 0x7f);
    const std::uint64_t is_del = (del - kOnes) & ~del;
    return ((below_space | is_del | (ascii ? x : 0)) & kHighs) != 0;
}

// Offset of the first control character (or, with `ascii`, of the first byte above 0x7e too) at or after `from`;
// the size when there is none. Eight bytes a step: heads are mostly text.
inline std::size_t find_control(std::string_view bytes, std::size_t from, bool ascii) {
    std::size_t i = from;
    while (true) {
        while (i + 8 <= bytes.size() && !word_needs_a_look(bytes.data() + i, ascii)) i += 8;
        const std::size_t end = i + 8 < bytes.size() ? i + 8 : bytes.size();
        for (; i < end; ++i) {
            const char c = bytes[i];
            if (is_control(c) || (ascii && static_cast<unsigned char>(c) > 0x7e)) return i;
        }
        if (i == bytes.size()) return i;
    }
}

}  // namespace postern::http
