#include "server/http/access_line.h"

#include <charconv>
#include <cstring>

#include "server/http/client_of.h"
#include "server/http/date.h"

namespace postern::http {

namespace {

// Bytes of a line that each piece may take, escapes included; with all that is around them they stay below kAccessLine.
constexpr std::size_t kRequestPiece = 2048, kFieldPiece = 600, kPeerPiece = 64, kHostPiece = 300, kUserPiece = 128, kIdPiece = 64;
constexpr std::string_view kHex = "0123456789abcdef";

class Line {
public:
    Line(char* into, AccessFormat format) : begin_(into), at_(into), format_(format) {}

    Line& operator<<(std::string_view text) {
        if (!text.empty()) std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
        return *this;
    }
    Line& operator<<(std::uint64_t number) {
        at_ = std::to_chars(at_, at_ + 20, number).ptr;
        return *this;
    }

    // A client's text, at most `most` bytes of it as they stand here: whole escapes only.
    Line& piece(std::string_view text, std::size_t most) {
        const char* const end = at_ + most;
        for (const char c : text) {
            if (at_ + 6 > end) break;
            escape(c);
        }
        return *this;
    }

    std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }

private:
    void escape(char c) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte <= '~' && c != '"' && c != '\\') {
            *at_++ = c;
            return;
        }
        *this << (format_ == AccessFormat::kJson ? "\\u00" : "\\x");
        *at_++ = kHex[byte >> 4];
        *at_++ = kHex[byte & 15];
    }

    char* begin_;
    char* at_;
    AccessFormat format_;
};

// "21/Nov/2026:01:02:03 +0000" or, in JSON, "2026-11-21T01:02:03Z"; both out of "Sat, 21 Nov 2026 01:02:03 GMT".
void add_time(Line& line, WallTime wall, AccessFormat format) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char date[kDateSize];
    write_date(wall.time_since_epoch().count(), date);
    const std::string_view text(date, kDateSize);
    if (format == AccessFormat::kJson) {
        const std::uint64_t month = kMonths.find(text.substr(8, 3)) / 3 + 1;
        line << text.substr(12, 4) << (month < 10 ? "-0" : "-") << month << "-" << text.substr(5, 2) << "T" << text.substr(17, 8) << "Z";
        return;
    }
    line << text.substr(5, 2) << "/" << text.substr(8, 3) << "/" << text.substr(12, 4) << ":" << text.substr(17, 8) << " +0000";
}

void add_request(Line& line, const Answered& answered) {
    if (answered.request == nullptr) {
        line.piece(answered.line.substr(0, answered.line.find_first_of("\r\n")), kRequestPiece);
        return;
    }
    const Request& request = *answered.request;
    line.piece(request.method_text, kFieldPiece) << " ";
    line.piece(request.target, kRequestPiece - kFieldPiece) << (request.major == 2 ? " HTTP/2.0" : request.minor == 0 ? " HTTP/1.0" : " HTTP/1.1");
}

// What the log's readers expect where there is nothing.
std::string_view or_dash(std::string_view text, AccessFormat format) {
    return text.empty() && format == AccessFormat::kCombined ? "-" : text;
}

std::string_view who_asked(const Answered& answered, const Context& context) {
    return answered.request != nullptr ? client_of(*answered.request, context) : context.peer;
}

void write_combined(Line& line, const Answered& answered, const Context& context, std::string_view referer, std::string_view agent) {
    line.piece(who_asked(answered, context), kPeerPiece) << " - ";
    line.piece(or_dash(answered.user, AccessFormat::kCombined), kUserPiece) << " [";
    add_time(line, context.wall, AccessFormat::kCombined);
    line << "] \"";
    add_request(line, answered);
    line << "\" " << std::uint64_t{answered.status} << " " << answered.body_size << " \"";
    line.piece(referer, kFieldPiece) << "\" \"";
    line.piece(agent, kFieldPiece) << "\"\n";
}

void write_json(Line& line, const Answered& answered, const Context& context, std::string_view referer, std::string_view agent) {
    line << "{\"time\":\"";
    add_time(line, context.wall, AccessFormat::kJson);
    line << "\",\"peer\":\"";
    line.piece(who_asked(answered, context), kPeerPiece) << "\",\"tls\":" << (context.secure ? "true" : "false") << ",\"host\":\"";
    line.piece(answered.request != nullptr ? answered.request->host : std::string_view(), kHostPiece) << "\",\"request\":\"";
    add_request(line, answered);
    line << "\",\"status\":" << std::uint64_t{answered.status} << ",\"bytes\":" << answered.body_size << ",\"referer\":\"";
    line.piece(referer, kFieldPiece) << "\",\"user_agent\":\"";
    line.piece(agent, kFieldPiece) << "\",\"user\":\"";
    line.piece(answered.user, kUserPiece) << "\",\"id\":\"";
    line.piece(answered.id, kIdPiece) << "\"}\n";
}

}  // namespace

std::size_t write_access_line(char* into, AccessFormat format, const Answered& answered, const Context& context) {
    const Request* request = answered.request;
    const std::string_view referer = or_dash(request != nullptr ? request->field("Referer") : std::string_view(), format);
    const std::string_view agent = or_dash(request != nullptr ? request->field("User-Agent") : std::string_view(), format);
    Line line(into, format);
    if (format == AccessFormat::kJson) write_json(line, answered, context, referer, agent);
    else write_combined(line, answered, context, referer, agent);
    return line.size();
}

}  // namespace postern::http
