// Replies of a mail server (RFC 5321 section 4.2), read strictly from bytes as they come. Used by the SMTP client; a
// server may be slow, broken or lying.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern::notify {

inline constexpr std::size_t kReplyLine = 2048;  // RFC 5321 section 4.5.3.1.5 says 512; some servers explain at length
inline constexpr std::size_t kReplyLines = 128;  // EHLO answers with some twenty

struct SmtpReply {
    int code = 0;                    // 200 to 559
    std::vector<std::string> lines;  // what stands behind the code, as it came

    int kind() const { return code / 100; }  // 2 done, 3 go on, 4 not now, 5 never
    std::string text() const;                // "451 4.3.0 try later", printable and bounded: for log and status
};

class SmtpReplies {
public:
    // kRefuse for what is no reply: a code that is none, or that changes between the lines of one; a line or a reply too
    // long; NUL; a CR or LF that does not end a line together with the other. The same error for ever after.
    Result<void> feed(std::string_view bytes);

    std::optional<SmtpReply> take();  // the next complete one
    // Bytes that belong to no reply taken yet. After the reply to STARTTLS there may be none (RFC 3207, CVE-2011-0411).
    bool has_more() const { return !line_.empty() || !current_.lines.empty() || !done_.empty(); }

private:
    Result<void> end_line();

    std::string line_;               // with its CR, once that came
    SmtpReply current_;
    std::vector<SmtpReply> done_;
    std::string why_;                // it is no SMTP, and why
};

}  // namespace postern::notify
