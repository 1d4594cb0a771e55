// What is said to a mail server to hand over one message (RFC 5321, STARTTLS by RFC 3207, AUTH PLAIN by RFC 4954 and 4616):
// a machine without sockets, driven by smtp_client. It decides; nothing here waits, reads or writes.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "firmware/notify/smtp_reply.h"
#include "server/base/secret.h"

namespace postern::notify {

struct SmtpOrder {
    std::string own_name;                // for EHLO
    std::string from;                    // addresses, checked
    std::vector<std::string> to;
    std::string message;                 // as RFC 5322 wants it, CR LF at each line's end, without dot stuffing
    std::string user;                    // empty: no AUTH
    const Secret* password = nullptr;    // must outlive the session
    bool tls_demanded = true;            // without TLS nothing is handed over, least of all the password
    bool over_tls = false;               // TLS already runs (smtps)
};

struct SmtpSay {
    Secret bytes;  // may hold the password
};
struct SmtpStartTls {};  // hand-shake now; then tls_started()
struct SmtpDone {
    std::string said;                 // the server's last word: it has an id for its log
    std::vector<std::string> refused; // addresses that it does not take, with what it said
};
struct SmtpFailed {
    bool permanent = false;  // by the server's own word, 5xx (RFC 5321 section 4.2.1)
    std::string why;
};
using SmtpStep = std::variant<SmtpSay, SmtpStartTls, SmtpDone, SmtpFailed>;

class SmtpSession {
public:
    explicit SmtpSession(SmtpOrder order) : order_(std::move(order)) {}

    // The server's next reply, its greeting first; what is to be done now. After SmtpStartTls the next call is
    // tls_started(). After SmtpDone or SmtpFailed the session is over; QUIT is the client's to say.
    SmtpStep take(const SmtpReply& reply);
    SmtpStep tls_started();

private:
    enum class State : unsigned char { kGreeting, kEhlo, kStartTls, kAuth, kFrom, kTo, kData, kMessage };

    SmtpStep say(State next, std::string line);
    SmtpStep failed(const std::string& what, const SmtpReply& reply) const;
    SmtpStep after_ehlo(const SmtpReply& reply);
    SmtpStep log_in(const SmtpReply& reply);
    SmtpStep next_recipient(const SmtpReply& reply);
    bool offers(const SmtpReply& reply, std::string_view keyword, std::string_view value = {}) const;

    SmtpOrder order_;
    State state_ = State::kGreeting;
    std::size_t asked_ = 0, taken_ = 0;  // recipients
    std::vector<std::string> refused_;
    bool refused_for_good_ = true;
};

// RFC 5321 section 4.5.2, and the line with the single dot at its end.
std::string dot_stuffed(std::string_view message);
std::string base64(std::string_view bytes);  // RFC 4648 section 4, with padding

}  // namespace postern::notify
