#include "firmware/notify/smtp_reply.h"

#include <utility>

#include "server/base/text.h"

namespace postern::notify {

namespace {

constexpr std::size_t kToldBytes = 300;
constexpr std::size_t kRepliesWaiting = 8;  // more than we ever asked for at once

// RFC 5321 section 4.2: the first digit 2 to 5, the second 0 to 5.
bool is_code(std::string_view text) {
    return text.size() == 3 && text[0] >= '2' && text[0] <= '5' && text[1] >= '0' && text[1] <= '5' && is_digit(text[2]);
}

}  // namespace

std::string SmtpReply::text() const {
    std::string all = std::to_string(code);
    for (const std::string& line : lines) all += " " + line;
    return printable(all, kToldBytes);
}

// "250-SIZE 1000" goes on, "250 OK" and "250" end a reply.
Result<void> SmtpReplies::end_line() {
    line_.pop_back();
    const std::string_view line = line_;
    if (!is_code(line.substr(0, 3))) return Error::refuse("a line that is no SMTP reply: " + printable(line, 80));
    const char mark = line.size() > 3 ? line[3] : ' ';
    if (mark != ' ' && mark != '-') return Error::refuse("a line that is no SMTP reply: " + printable(line, 80));
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (!current_.lines.empty() && current_.code != code) return Error::refuse("a reply whose code changes between its lines");
    if (current_.lines.size() == kReplyLines) return Error::refuse("a reply of more than " + std::to_string(kReplyLines) + " lines");
    current_.code = code;
    current_.lines.emplace_back(line.size() > 4 ? line.substr(4) : std::string_view());
    line_.clear();
    if (mark == '-') return {};
    if (done_.size() == kRepliesWaiting) return Error::refuse("more replies than there were commands");
    done_.push_back(std::exchange(current_, {}));
    return {};
}

Result<void> SmtpReplies::feed(std::string_view bytes) {
    const auto refuse = [this](std::string why) { return Error::refuse(why_ = std::move(why)); };
    if (!why_.empty()) return Error::refuse(why_);
    for (const char c : bytes) {
        const bool after_cr = !line_.empty() && line_.back() == '\r';
        if (c == '\0') return refuse("a NUL byte in a reply");
        if (after_cr != (c == '\n')) return refuse("a line that does not end with CR LF");
        if (c == '\n') {
            if (auto ended = end_line(); !ended.ok()) return refuse(ended.error().text());
            continue;
        }
        line_ += c;
        if (line_.size() > kReplyLine) return refuse("a line of more than " + std::to_string(kReplyLine) + " bytes");
    }
    return {};
}

std::optional<SmtpReply> SmtpReplies::take() {
    if (done_.empty()) return std::nullopt;
    SmtpReply first = std::move(done_.front());
    done_.erase(done_.begin());
    return first;
}

}  // namespace postern::notify
