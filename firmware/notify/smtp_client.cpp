#include "firmware/notify/smtp_client.h"

#include "server/base/text.h"

namespace postern::notify {

namespace {

class HandOver {
public:
    HandOver(MailLine& line, SmtpOrder order, const Deadline& deadline) : line_(line), session_(std::move(order)), deadline_(deadline) {}

    Result<Delivery> go(bool implicit_tls);

private:
    Result<SmtpReply> next_reply();
    Result<SmtpStep> answer_of(const SmtpStep& step);
    void say_good_bye() { (void)line_.write("QUIT\r\n", deadline_); }  // nobody waits for what the server says to that

    MailLine& line_;
    SmtpSession session_;
    const Deadline& deadline_;
    SmtpReplies replies_;
};

Result<SmtpReply> HandOver::next_reply() {
    for (;;) {
        if (auto reply = replies_.take()) return std::move(*reply);
        TRY(const std::string bytes, line_.read(deadline_));
        if (bytes.empty()) return Error::retry("the server ended the connection");
        TRY_VOID(replies_.feed(bytes));
    }
}

// What the session wants done, and its next step.
Result<SmtpStep> HandOver::answer_of(const SmtpStep& step) {
    if (std::holds_alternative<SmtpStartTls>(step)) {
        // What came in clear text behind the reply is somebody else's, who would be taken for the server.
        if (replies_.has_more()) return Error::admin("the server's words go on after its reply to STARTTLS: somebody on the way puts them in");
        TRY_VOID(line_.start_tls(deadline_));
        return session_.tls_started();
    }
    TRY_VOID(line_.write(std::get<SmtpSay>(step).bytes.view(), deadline_));
    TRY(const SmtpReply reply, next_reply());
    return session_.take(reply);
}

Result<Delivery> HandOver::go(bool implicit_tls) {
    TRY_VOID(line_.connect(deadline_));
    if (implicit_tls) TRY_VOID(line_.start_tls(deadline_));
    auto greeting = next_reply();
    if (!greeting.ok())
        return std::move(greeting).error().at(implicit_tls ? "waiting for the greeting"
                                                           : "waiting for the greeting (a server that begins with TLS wants smtps://)");
    SmtpStep step = session_.take(*greeting);
    for (;;) {
        if (const auto* done = std::get_if<SmtpDone>(&step)) {
            say_good_bye();
            std::string said = done->said;
            for (const std::string& refused : done->refused) said += "; not to " + refused;
            return Delivery{Delivery::Outcome::kDelivered, said};
        }
        if (const auto* refused = std::get_if<SmtpFailed>(&step)) {
            say_good_bye();
            return Delivery{refused->permanent ? Delivery::Outcome::kNever : Delivery::Outcome::kLater, refused->why};
        }
        TRY(step, answer_of(step));
    }
}

}  // namespace

Delivery hand_over(MailLine& line, SmtpOrder order, bool implicit_tls, const Deadline& deadline) {
    auto delivery = HandOver(line, std::move(order), deadline).go(implicit_tls);
    if (delivery.ok()) return std::move(delivery).value();
    return {Delivery::Outcome::kLater, delivery.error().text()};  // only the server's own word is final
}

}  // namespace postern::notify
