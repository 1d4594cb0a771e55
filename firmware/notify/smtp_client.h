// Hands one message to a mail server: drives an SmtpSession over a connection, by a deadline. Used by the mail way.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firmware/notify/message.h"
#include "firmware/notify/smtp_session.h"

namespace postern::notify {

// Bytes to and from a server, in clear text until TLS is started; an interface, so that tests play the server.
class MailLine {
public:
    virtual ~MailLine() = default;
    virtual Result<void> connect(const Deadline& deadline) = 0;
    // Verifies the certificate. kAdmin when it is refused.
    virtual Result<void> start_tls(const Deadline& deadline) = 0;
    virtual Result<std::string> read(const Deadline& deadline) = 0;  // some bytes; empty: the server closed
    virtual Result<void> write(std::string_view bytes, const Deadline& deadline) = 0;
};

// `implicit_tls`: TLS from the first byte (RFC 8314 section 3.3).
Delivery hand_over(MailLine& line, SmtpOrder order, bool implicit_tls, const Deadline& deadline);

}  // namespace postern::notify
