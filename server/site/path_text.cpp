#include "server/site/path_text.h"

#include <algorithm>

#include "server/base/utf8.h"
#include "server/http/chars.h"

namespace postern::site {

std::string encode_path(std::string_view decoded) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string text;
    for (const char c : decoded) {
        const auto byte = static_cast<unsigned char>(c);
        if (http::is_char(c, http::kPathChar)) text += c;
        else ((text += '%') += kHex[byte >> 4]) += kHex[byte & 15];
    }
    return text;
}

std::string html_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto point = first_code_point(text);
        const std::string_view piece = text.substr(0, point ? point->size : 1);
        text.remove_prefix(piece.size());
        const bool control = !point || point->value < 0x20 || (point->value >= 0x7f && point->value < 0xa0);
        if (control) out += kReplacementCharacter;
        else if (piece == "&") out += "&amp;";
        else if (piece == "<") out += "&lt;";
        else if (piece == ">") out += "&gt;";
        else if (piece == "\"") out += "&quot;";
        else if (piece == "'") out += "&#39;";
        else out += piece;
    }
    return out;
}

}  // namespace postern::site
