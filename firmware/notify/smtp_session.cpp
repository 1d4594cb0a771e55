#include "firmware/notify/smtp_session.h"

#include <algorithm>

#include "server/base/base64url.h"
#include "server/base/text.h"

namespace postern::notify {

std::string base64(std::string_view bytes) {
    std::string text = base64url_encode(bytes);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    while (text.size() % 4 != 0) text += '=';
    return text;
}

std::string dot_stuffed(std::string_view message) {
    std::string out;
    bool at_start = true;
    for (const char c : message) {
        if (at_start && c == '.') out += '.';
        out += c;
        at_start = c == '\n';
    }
    return out + (at_start ? ".\r\n" : "\r\n.\r\n");
}

SmtpStep SmtpSession::say(State next, std::string line) {
    state_ = next;
    line += "\r\n";
    return SmtpSay{Secret(std::move(line))};
}

SmtpStep SmtpSession::failed(const std::string& what, const SmtpReply& reply) const {
    return SmtpFailed{reply.kind() == 5, what + ": the server said " + reply.text()};
}

// A line of the reply to EHLO begins with a keyword, and for some its values follow (RFC 5321 section 4.1.1.1).
bool SmtpSession::offers(const SmtpReply& reply, std::string_view keyword, std::string_view value) const {
    for (std::size_t i = 1; i < reply.lines.size(); ++i) {  // the first one is a greeting
        const auto words = split(reply.lines[i], ' ');
        if (!equal_no_case(words.front(), keyword)) continue;
        const auto is_value = [&](std::string_view word) { return equal_no_case(word, value); };
        if (value.empty() || std::any_of(words.begin() + 1, words.end(), is_value)) return true;
    }
    return false;
}

SmtpStep SmtpSession::after_ehlo(const SmtpReply& reply) {
    if (!order_.over_tls && order_.tls_demanded) {
        if (offers(reply, "STARTTLS")) return say(State::kStartTls, "STARTTLS");
        return SmtpFailed{false, "the server offers no STARTTLS, or somebody on the way takes it out: nothing was sent in clear "
                                "text (a server on port 465 wants smtps://)"};
    }
    return log_in(reply);
}

SmtpStep SmtpSession::log_in(const SmtpReply& reply) {
    if (order_.user.empty()) return say(State::kFrom, "MAIL FROM:<" + order_.from + ">");
    if (!order_.over_tls) return SmtpFailed{false, "a password is never sent without TLS"};
    if (!offers(reply, "AUTH", "PLAIN")) return SmtpFailed{false, "the server does not offer AUTH PLAIN, the one way to log in that we know"};
    std::string plain = '\0' + order_.user + '\0';
    if (order_.password != nullptr) plain += order_.password->view();
    SmtpStep step = say(State::kAuth, "AUTH PLAIN " + base64(plain));
    wipe(plain.data(), plain.size());
    return step;
}

// Each address for itself: one that is gone does not keep the message from the others.
SmtpStep SmtpSession::next_recipient(const SmtpReply& reply) {
    if (asked_ > 0 && reply.kind() == 2) ++taken_;
    if (asked_ > 0 && reply.kind() != 2) {
        refused_.push_back(order_.to[asked_ - 1] + ": the server said " + reply.text());
        refused_for_good_ = refused_for_good_ && reply.kind() == 5;
    }
    if (asked_ < order_.to.size()) return say(State::kTo, "RCPT TO:<" + order_.to[asked_++] + ">");
    if (taken_ == 0) return SmtpFailed{refused_for_good_, "no recipient is taken: " + join(refused_, "; ")};
    return say(State::kData, "DATA");
}

SmtpStep SmtpSession::tls_started() {
    order_.over_tls = true;
    return say(State::kEhlo, "EHLO " + order_.own_name);  // what was offered before does not count (RFC 3207 section 4.2)
}

SmtpStep SmtpSession::take(const SmtpReply& reply) {
    const int kind = reply.kind();
    switch (state_) {
        case State::kGreeting:
            if (reply.code != 220) return failed("greeting", reply);
            return say(State::kEhlo, "EHLO " + order_.own_name);
        case State::kEhlo:
            if (kind != 2) return failed("EHLO", reply);
            return after_ehlo(reply);
        case State::kStartTls:
            if (reply.code != 220) return failed("STARTTLS", reply);
            return SmtpStartTls{};
        case State::kAuth:
            if (reply.code != 235) return failed("logging in as " + printable(order_.user, 80), reply);
            return say(State::kFrom, "MAIL FROM:<" + order_.from + ">");
        case State::kFrom:
            if (kind != 2) return failed("the sender " + order_.from, reply);
            return next_recipient(reply);
        case State::kTo: return next_recipient(reply);
        case State::kData:
            if (reply.code != 354) return failed("DATA", reply);
            state_ = State::kMessage;
            return SmtpSay{Secret(dot_stuffed(order_.message))};
        case State::kMessage:
            if (kind != 2) return failed("the message", reply);
            return SmtpDone{reply.text(), refused_};
    }
    return SmtpFailed{false, "unknown state"};
}

}  // namespace postern::notify
