// A message as a mail: headers, encodings, and what may not get into a header.
#include "firmware/notify/mail_text.h"

#include <doctest.h>

#include "server/base/text.h"

using namespace postern;
using namespace postern::notify;

namespace {

Message sample() {
    Message message;
    message.id = "postern-1";
    message.at = WallTime(Seconds(1795250818));
    message.subject = "router: a.example: failure: the renewal failed";
    message.text = "One\n.two\n";
    return message;
}

std::string text_of(const Message& message) { return mail_text(message, "r@a.example", {"x@b.example", "y@b.example"}).value(); }

}  // namespace

TEST_CASE("an ordinary mail") {
    CHECK(text_of(sample()) ==
          "Date: Sat, 21 Nov 2026 08:46:58 +0000\r\nFrom: Postern <r@a.example>\r\nTo: x@b.example, y@b.example\r\n"
          "Subject: router: a.example: failure: the renewal failed\r\nMessage-ID: <postern-1@a.example>\r\n"
          "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: 7bit\r\n\r\nOne\r\n.two\r\n");
}

TEST_CASE("dates") {
    CHECK(mail_date(WallTime(Seconds(0))) == "Thu, 01 Jan 1970 00:00:00 +0000");
    CHECK(mail_date(WallTime(Seconds(951782400))) == "Tue, 29 Feb 2000 00:00:00 +0000");
    CHECK(mail_date(WallTime(Seconds(4102444799))) == "Thu, 31 Dec 2099 23:59:59 +0000");
    CHECK(mail_date(WallTime(Seconds(-5))) == "Thu, 01 Jan 1970 00:00:00 +0000");
}

TEST_CASE("what is not ASCII is encoded, no character torn apart") {
    Message message = sample();
    message.subject = "r\xc3\xb6uter: caf\xc3\xa9";
    message.text = "\xe2\x82\xac\n";
    const std::string text = text_of(message);
    CHECK(text.find("Subject: =?utf-8?B?csO2dXRlcjogY2Fmw6k=?=\r\n") != std::string::npos);
    CHECK(text.find("Content-Transfer-Encoding: base64\r\n\r\n4oKsCg==\r\n") != std::string::npos);
    std::string many;
    for (int i = 0; i < 40; ++i) many += "\xe2\x82\xac";
    const std::string words = encoded_words(many);
    CHECK(words.find("\r\n ") != std::string::npos);
    for (const std::string_view word : split(words, '\n')) {
        CHECK(word.size() <= 77);
        CHECK(word.find("?B?4oKs") != std::string_view::npos);  // each begins with a whole character
    }
    CHECK(encoded_words(std::string(100, '\x80')).size() > 100);  // no UTF-8 at all: it ends nevertheless
}

TEST_CASE("lines stay short enough") {
    Message message = sample();
    message.text = std::string(5000, 'x');
    message.subject = "long " + std::string(600, 'y') + " words";
    std::vector<std::string> to;
    for (int i = 0; i < 20; ++i) to.push_back("somebody" + std::to_string(i) + "@" + std::string(60, 'b') + ".example");
    const std::string text = mail_text(message, "r@a.example", to).value();
    for (const std::string_view line : split(text, '\n')) CHECK(line.size() <= 150);
    CHECK(text.find("Content-Transfer-Encoding: base64") != std::string::npos);
    CHECK(has_suffix(text, "\r\n"));
}

TEST_CASE("a line end in a header is refused") {
    for (const char* bad : {"x\r\nBcc: all@b.example", "x\ny", "x\ry"}) {
        Message message = sample();
        message.subject = bad;
        CHECK_FALSE(mail_text(message, "r@a.example", {"x@b.example"}).ok());
        message = sample();
        message.id = bad;
        CHECK_FALSE(mail_text(message, "r@a.example", {"x@b.example"}).ok());
        CHECK_FALSE(mail_text(sample(), bad, {"x@b.example"}).ok());
        CHECK_FALSE(mail_text(sample(), "r@a.example", {"x@b.example", bad}).ok());
    }
    Message message = sample();
    message.subject = std::string("x\0y", 3);
    CHECK_FALSE(mail_text(message, "r@a.example", {"x@b.example"}).ok());
}
