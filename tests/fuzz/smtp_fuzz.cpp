// Any bytes as what a mail server says: refused, or replies within their limits, the same in chunks of one byte; and a
// session that is driven by them ends, and never says its password without TLS.
#include <cstdint>
#include <cstdlib>

#include "firmware/notify/smtp_session.h"

using namespace postern;
using namespace postern::notify;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

// Drives a session as far as the replies lead.
class Driver {
public:
    explicit Driver(bool tls) : session_(order(tls)), tls_(tls) {}

    void take(const SmtpReply& reply) {
        if (over_) return;
        follow(session_.take(reply));
        require(++steps_ < 20);  // a session has at most so many replies
    }

private:
    static const Secret& password() {
        static const Secret secret{std::string("geheim")};
        return secret;
    }
    static SmtpOrder order(bool tls) {
        SmtpOrder made{"router", "r@a.example", {"x@b.example", "y@b.example"}, "Subject: x\r\n\r\n.\r\n", "me", &password()};
        made.over_tls = tls;
        return made;
    }
    void follow(const SmtpStep& step) {
        if (const auto* say = std::get_if<SmtpSay>(&step)) {
            require(tls_ || say->bytes.view().find("AUTH") == std::string_view::npos);
            require(say->bytes.view().ends_with("\r\n"));
        } else if (std::holds_alternative<SmtpStartTls>(step)) {
            tls_ = true;
            follow(session_.tls_started());
        } else {
            over_ = true;
        }
    }

    SmtpSession session_;
    bool tls_ = false, over_ = false;
    int steps_ = 0;
};

// All that was read, and whether it was refused.
std::string read(std::string_view bytes, std::size_t chunk) {
    SmtpReplies replies;
    Driver clear(false), secure(true);
    std::string seen;
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        const bool good = replies.feed(bytes.substr(at, chunk)).ok();
        while (auto reply = replies.take()) {
            require(reply->code >= 200 && reply->code < 560 && !reply->lines.empty() && reply->lines.size() <= kReplyLines);
            for (const char c : reply->text()) require(static_cast<unsigned char>(c) >= ' ');
            clear.take(*reply);
            secure.take(*reply);
            seen += reply->text() + "\n";
        }
        if (!good) return seen + "refused";
    }
    return seen + (replies.has_more() ? "more" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    require(read(bytes, 1) == read(bytes, 7));
    return 0;
}
