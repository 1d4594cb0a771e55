#include "firmware/notify/mail_text.h"

#include <algorithm>
#include <array>

#include "firmware/notify/smtp_session.h"
#include "server/base/text.h"

namespace postern::notify {

namespace {

constexpr std::size_t kLine = 998;       // RFC 5322 section 2.1.1, without CR LF
constexpr std::size_t kBase64Line = 76;  // RFC 2045 section 6.8
constexpr std::size_t kWordBytes = 45;   // of text in an encoded word: 60 of base64, 72 with its frame
constexpr std::size_t kFold = 76;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool fits_header(std::string_view value) { return value.find_first_of(std::string_view("\r\n\0", 3)) == value.npos; }

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// At spaces, where a header may be folded.
std::string folded(std::string_view text, std::size_t column) {
    std::string out;
    for (const std::string_view word : split(text, ' ')) {
        const bool fits = column + 1 + word.size() <= kFold;
        if (!out.empty()) out += fits ? " " : "\r\n ";
        column = fits ? column + 1 + word.size() : 1 + word.size();
        out += word;
    }
    return out;
}

std::string header(std::string_view name, std::string_view value) {
    const bool plain = is_ascii(value) && value.size() < kLine / 2 && value.find("=?") == value.npos;
    return std::string(name) + ": " + (plain ? folded(value, name.size() + 1) : encoded_words(value)) + "\r\n";
}

// As it is where it may be, else base64.
std::string body(const std::string& text) {
    bool plain = is_ascii(text) && text.find('\r') == text.npos && text.find('\0') == text.npos;
    for (const std::string_view line : split(text, '\n')) plain = plain && line.size() <= kLine;
    std::string out = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ";
    out += plain ? "7bit\r\n\r\n" : "base64\r\n\r\n";
    if (!plain) {
        const std::string code = base64(text);
        for (std::size_t at = 0; at < code.size(); at += kBase64Line) out += code.substr(at, kBase64Line) + "\r\n";
        return out;
    }
    for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return text.empty() || text.back() == '\n' ? out : out + "\r\n";
}

}  // namespace

std::string encoded_words(std::string_view utf8) {
    std::string out;
    for (std::size_t at = 0; at < utf8.size();) {
        std::size_t end = std::min(at + kWordBytes, utf8.size());
        while (end < utf8.size() && end > at + 1 && !begins_character(utf8[end])) --end;  // no character in two words
        if (!out.empty()) out += "\r\n ";
        out += "=?utf-8?B?" + base64(utf8.substr(at, end - at)) + "?=";
        at = end;
    }
    return out;
}

std::string mail_date(WallTime time) {
    static constexpr std::array kDays = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // 1 January 1970 was the first
    static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const long long seconds = std::max(0LL, static_cast<long long>(time.time_since_epoch().count()));
    const std::string text = to_rfc3339(seconds);  // 2026-11-21T08:46:58Z
    const auto month = parse_decimal(std::string_view(text).substr(5, 2)).value_or(1);
    return std::string(kDays[static_cast<std::size_t>(seconds / 86400 % 7)]) + ", " + text.substr(8, 2) + " " +
           kMonths[(month - 1) % kMonths.size()] + " " + text.substr(0, 4) + " " + text.substr(11, 8) + " +0000";
}

Result<std::string> mail_text(const Message& message, const std::string& from, const std::vector<std::string>& to) {
    const std::string all_to = join(to, ", ");
    for (const std::string* value : {&message.id, &message.subject, &from, &all_to})
        if (!fits_header(*value)) return Error::bug("a line end in a mail's header: " + printable(*value, 80));
    std::string out = header("Date", mail_date(message.at));
    out += "From: Postern <" + from + ">\r\n";
    out += header("To", all_to) + header("Subject", message.subject);
    out += "Message-ID: <" + message.id + "@" + from.substr(from.rfind('@') + 1) + ">\r\n";
    out += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";  // RFC 3834: nobody's holiday answers it
    return out + body(message.text);
}

}  // namespace postern::notify
