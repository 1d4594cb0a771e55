// Replies of a mail server: good ones whole and in chunks of one byte, and what is refused.
#include "firmware/notify/smtp_reply.h"

#include <doctest.h>

using namespace postern;
using namespace postern::notify;

namespace {

// "250 a|b; 220 c": the replies in these bytes, or what was refused. `chunk` bytes at a time.
std::string read(std::string_view bytes, std::size_t chunk) {
    SmtpReplies replies;
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        if (auto fed = replies.feed(bytes.substr(at, chunk)); !fed.ok()) return out + "refused: " + fed.error().text();
        while (auto reply = replies.take()) {
            out += std::to_string(reply->code);
            for (const std::string& line : reply->lines) out += "|" + line;
            out += ";";
        }
    }
    return out + (replies.has_more() ? "..." : "");
}

void check(std::string_view bytes, const std::string& expected) {
    CAPTURE(std::string(bytes));
    CHECK(read(bytes, bytes.size() + 1) == expected);
    CHECK(read(bytes, 1) == expected);
}

}  // namespace

TEST_CASE("replies of one line and of several") {
    check("220 mail.example ESMTP\r\n", "220|mail.example ESMTP;");
    check("250\r\n", "250|;");
    check("250 \r\n", "250|;");
    check("250-a\r\n250-\r\n250 c d\r\n", "250|a||c d;");
    check("250-a\r\n", "...");
    check("250 a\r\n354 b\r\n45", "250|a;354|b;...");
    check("250 caf\xc3\xa9\r\n", "250|caf\xc3\xa9;");
    check("", "");
}

TEST_CASE("what is no reply") {
    const char* bad[] = {"hello\r\n", "25\r\n", "2500 x\r\n", "250x\r\n", "150 x\r\n", "650 x\r\n", "262 x\r\n", " 250 x\r\n", "\r\n",
                         "HTTP/1.1 400 Bad Request\r\n", "250-a\r\n251 b\r\n", "2x0 a\r\n"};
    for (const char* one : bad) {
        CAPTURE(one);
        CHECK(read(one, 100).find("refused: ") != std::string::npos);
        CHECK(read(one, 1) == read(one, 100));
    }
    check("250 a\n", "refused: a line that does not end with CR LF");
    check("250 a\r250 b\r\n", "refused: a line that does not end with CR LF");
    check(std::string_view("250 a\0b\r\n", 9), "refused: a NUL byte in a reply");
}

TEST_CASE("limits, and no way back") {
    check("250 " + std::string(kReplyLine, 'x') + "\r\n", "refused: a line of more than 2048 bytes");
    std::string lines;
    for (std::size_t i = 0; i < kReplyLines; ++i) lines += "250-x\r\n";
    check(lines, "...");
    check(lines + "250 x\r\n", "refused: a reply of more than 128 lines");
    std::string many;
    for (int i = 0; i < 9; ++i) many += "250 x\r\n";
    CHECK(read(many, many.size()) == "refused: more replies than there were commands");
    SmtpReplies replies;
    CHECK_FALSE(replies.feed("x\r\n").ok());
    CHECK_FALSE(replies.feed("250 fine\r\n").ok());
    CHECK_FALSE(replies.take());
}

TEST_CASE("a reply in the log is printable and bounded") {
    const SmtpReply reply{550, {"no\x1b[31m", std::string(5000, 'y')}};
    CHECK(reply.text().find("550 no\\x1b[31m yyy") == 0);
    CHECK(reply.text().size() < 400);
    CHECK(reply.kind() == 5);
}
