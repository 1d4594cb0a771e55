// The faults between the keys of [notify].
#include "firmware/config/notify_values.h"
#include "firmware/config/reading.h"
#include "firmware/config/values.h"

namespace postern::config {

namespace {

constexpr const char* kSection = "notify";

// The password's two keys; which file it came from does not matter afterwards.
void check_password(Reading& reading, const MailServer& server) {
    NotifySection& notify = reading.config.notify;
    if (notify.smtp_password && notify.password)
        return reading.fault(kSection, "smtp_password_file", "smtp_password is written too; keep one of them");
    if (notify.smtp_password) notify.password = notify.smtp_password;
    const bool faulty = reading.is_faulty(kSection, "smtp_password") || reading.is_faulty(kSection, "smtp_password_file");
    if (!server.user.empty() && !notify.password && !faulty)
        return reading.fault(kSection, "smtp", "it names the user " + server.user + ", whose password is missing; write "
                             "smtp_password or smtp_password_file");
    const char* key = notify.smtp_password_file.empty() ? "smtp_password" : "smtp_password_file";
    if (server.user.empty() && notify.password)
        reading.fault(kSection, key, "smtp names no user whose password this is; write smtp = smtp://USER@HOST");
}

// Who sends: many relays take nobody but the user who logged in, and an address that answers is better than none.
std::string sender_of(const NotifySection& notify) {
    if (parse_email(notify.server->user).ok()) return notify.server->user;
    return notify.mail_to.front();
}

}  // namespace

void check_notify(Reading& reading) {
    NotifySection& notify = reading.config.notify;
    if (reading.is_faulty(kSection, "smtp") || reading.is_faulty(kSection, "mail_to")) return;
    if (notify.smtp.empty() && !notify.mail_to.empty())
        return reading.fault(kSection, "mail_to", "smtp is missing, the server that takes the mail; write smtp = smtp://USER@HOST:587");
    if (!notify.smtp.empty() && notify.mail_to.empty())
        return reading.fault(kSection, "smtp", "mail_to is missing, the address that gets the mail");
    if (notify.smtp.empty()) {
        for (const char* key : {"mail_from", "smtp_password", "smtp_password_file"})
            if (reading.is_written(kSection, key)) reading.fault(kSection, key, "means nothing without mail_to and smtp");
        return;
    }
    notify.server = parse_mail_server(notify.smtp).value();
    check_password(reading, *notify.server);
    if (notify.mail_from.empty() && !reading.is_faulty(kSection, "mail_from")) notify.mail_from = sender_of(notify);
}

}  // namespace postern::config
