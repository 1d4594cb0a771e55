#include "firmware/config/service_keys.h"

#include "firmware/config/access_values.h"
#include "firmware/config/admin_values.h"
#include "firmware/config/bindings.h"
#include "firmware/config/key_words.h"
#include "firmware/config/notify_values.h"
#include "firmware/config/sharing_values.h"

namespace postern::config {

namespace {

using Admin = AdminSection;
using Notify = NotifySection;
using Hooks = HooksSection;
using Deploy = DeploySection;

// section, key, default, sample, allowed, help, binding
constexpr KeyRow kKeys[] = {
    {"admin", "listen", "[::]:8443", "", kAddressesAllowed, "Where the admin page is served, by HTTPS.",
     bind::kAddresses<&Admin::listen>},
    {"admin", "allow", "private", "192.168.1.0/24, fd00::/8", kAllowAllowed,
     "Who may speak to it. private: this machine and networks that the Internet does not reach. any: everybody.",
     bind::kList<&Admin::allow, take_allow>},
    {"admin", "hosts", "", "router.lan", kNamesAllowed, "Names by which the page may be asked for, besides its addresses.",
     bind::kList<&Admin::hosts, take_names>},
    {"admin", "certificate", "auto", "example.org", "auto, self-signed, or the NAME of a [site NAME]",
     "Which certificate the page shows. auto: that of the site whose name is asked for, else the first site's. A site's NAME: that one, "
     "whoever asks, and its names count as hosts do. self-signed: one of its own, whatever the sites have.",
     bind::kChecked<&Admin::certificate, take_admin_certificate>},
    {"admin", "password_hash", "", "pbkdf2-sha256$200000$c2l4dGVlbiBieXRlcyBvZg$dGhpcyBpcyBubyBwYXNzd29yZCdzIGhhc2gsIG9ubHk",
     "what 'postern passwd --print' prints", "The password of the page, for a device that nobody sets up by hand. It counts until another is set there.",
     bind::kTyped<&Admin::password_hash, take_password_hash, show_password>},
    {"admin", "password_hash_file", "", "/etc/postern.password", "a file that holds one line", "The same from a file.",
     bind::kPath<&Admin::password_hash_file, take_password_hash_file>},
    {"admin", "setup_token", "", "ABCDE-FGH23-JKMNP-45678", "16 to 128 letters and digits",
     "Opens the set-up of the page once. Without it one is made at the first start: see the console, or setup-token in the state.",
     bind::kTyped<&Admin::setup_token, take_setup_token, show_password>},
    {"admin", "setup_token_file", "", "/etc/postern.token", "a file that holds one line", "The same from a file.",
     bind::kPath<&Admin::setup_token_file, take_setup_token_file>},
    {"admin", "metrics", "yes", "", "yes or no", "Figures for Prometheus at /metrics, for who is logged in and for who brings metrics_token.",
     bind::kYesNo<&Admin::metrics>},
    {"admin", "metrics_token", "", "kR3mzuq8Wv1yTnD5bXoJ", "16 to 128 letters, digits and signs of -._~+/",
     "Opens /metrics, and nothing else, for a program: Prometheus has it in its authorization, as credentials.",
     bind::kTyped<&Admin::metrics_token, take_bearer_token, show_password>},
    {"admin", "metrics_token_file", "", "/etc/postern.metrics-token", "a file that holds one line", "The same from a file.",
     bind::kPath<&Admin::metrics_token_file, take_metrics_token_file>},
    {"admin", "security_txt", "", "/etc/postern.security.txt", "a file as RFC 9116 has it, up to 8 kB",
     "Where holes are reported: served to everybody who may speak to the page, as /.well-known/security.txt. Sites have theirs in "
     "their own folders.", bind::kPath<&Admin::security_txt, take_security_file>},

    {"notify", "webhook", "", "https://chat.example.org/hooks/router", "an https:// URL; http:// to an IP address in your own network",
     "Gets each message as JSON, by POST; its member text is what chat servers show.", bind::kChecked<&Notify::webhook, take_webhook>},
    {"notify", "mail_to", "", "you@example.org", "e-mail addresses, separated by commas", "Who gets a mail. Needs smtp.",
     bind::kList<&Notify::mail_to, take_mail_to>},
    {"notify", "mail_from", "", "router@example.org", "one e-mail address",
     "Who sends it. Without it: the user of smtp where that is an address, else the first of mail_to.",
     bind::kChecked<&Notify::mail_from, take_email>},
    {"notify", "smtp", "", "smtp://you@mail.example.org:587", "smtp://USER@HOST:PORT (587, with STARTTLS) or smtps://USER@HOST:PORT (465)",
     "The server that takes the mail. It must speak TLS with a certificate for its name, unless it is this machine.",
     bind::kChecked<&Notify::smtp, take_smtp>},
    {"notify", "smtp_password", "", "secret", "one line of text", "The password of the user in smtp, where that names one.",
     bind::kTyped<&Notify::smtp_password, take_password, show_password>},
    {"notify", "smtp_password_file", "", "/etc/postern.smtp-password", "a file that holds one line",
     "The same from a file, which others need not be able to read.", bind::kPath<&Notify::smtp_password_file, take_password_file>},
    {"notify", "ca_file", "", "/etc/ssl/my-ca.pem", "a PEM file",
     "Trust anchors for smtp and webhook, where those of the system do not do.", bind::kPath<&Notify::ca_file, take_ca_file>},
    {"notify", "on", "failure, expiry", "", "failure, expiry and renewed, separated by commas",
     "What is told. failure: a renewal failed; once, then daily, and when it is over. expiry: less than a quarter of the "
     "life is left. renewed: a new certificate serves.", bind::kList<&Notify::on, take_events>},

    {"hooks", "pre", "", "/usr/local/bin/open-port-80", "a command for sh", "Runs before a run of renewals, when something is due.",
     bind::kChecked<&Hooks::pre, take_hook>},
    {"hooks", "post", "", "/usr/local/bin/close-port-80", "a command for sh",
     "Runs after it, also when it failed. RENEWED_DOMAINS holds the names that were renewed.", bind::kChecked<&Hooks::post, take_hook>},
    {"hooks", "deploy", "", "/usr/local/bin/copy-certificate", "a command for sh",
     "Runs once for each new certificate. RENEWED_LINEAGE holds its folder, RENEWED_DOMAINS its names.",
     bind::kChecked<&Hooks::deploy, take_hook>},
    {"hooks", "timeout", "5m", "", "a duration up to 1h, such as 30s or 5m", "A command that takes longer is ended, with all that it started.",
     bind::kTyped<&Hooks::timeout, take_hook_time, show_hook_time>},

    {"deploy", "certificate", "", "example.org", "names of sites, separated by commas", "Whose certificate. Without it, all that a CA signs.",
     bind::kList<&Deploy::certificates, take_certificates>},
    {"deploy", "command", "", "scp $RENEWED_LINEAGE/*.pem balancer:/etc/ssl/example.org/", "a command for sh",
     "Takes the files there. RENEWED_LINEAGE holds their folder, RENEWED_DOMAINS the names. It has failed unless it ends with 0.",
     bind::kChecked<&Deploy::command, take_hook>},
    {"deploy", "timeout", "5m", "", "a duration up to 1h, such as 30s or 5m", "A command that takes longer is ended, with all that it started.",
     bind::kTyped<&Deploy::timeout, take_hook_time, show_hook_time>},
    {"deploy", "pull_token", "", "w7Jd2tYp9QxZk4LmB6sR", "16 to 128 letters, digits and signs of -._~+/",
     "Instead of a command, or besides: with it he fetches key and chain himself, as 'curl -H \"Authorization: Bearer TOKEN\" "
     "https://DEVICE:8443/api/v1/pull/NAME/CERTIFICATE', where [admin] allow lets him.",
     bind::kTyped<&Deploy::pull_token, take_bearer_token, show_password>},
    {"deploy", "pull_token_file", "", "/etc/postern.pull-token", "a file that holds one line", "The same from a file.",
     bind::kPath<&Deploy::pull_token_file, take_pull_token_file>},
};

}  // namespace

std::span<const KeyRow> service_key_rows() { return kKeys; }

}  // namespace postern::config
