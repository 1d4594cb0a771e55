#include "firmware/config/config_keys.h"

#include "firmware/config/access_values.h"
#include "firmware/config/bindings.h"
#include "firmware/config/content_values.h"
#include "firmware/config/key_words.h"
#include "firmware/config/proxy_values.h"
#include "firmware/config/service_keys.h"
#include "firmware/config/sharing_values.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

using Server = ServerSection;
using Acme = AcmeSection;
using Ca = CaSection;
using Site = SiteSection;

constexpr char kAuto[] = "auto", kOff[] = "off";
constexpr int kMostConnections = 1000000;  // Linux's own ceiling on descriptors is of this size

constexpr std::string_view kCaAllowed = "letsencrypt, letsencrypt-staging, the NAME of a [ca NAME], or the https:// URL of an ACME directory";
constexpr std::string_view kKeyAllowed = "ec256, ec384, rsa2048, rsa3072 or rsa4096, or one ec and one rsa";
constexpr std::string_view kChallengeAllowed = "http-01, tls-alpn-01, or both, separated by a comma";
constexpr std::string_view kMacKeyAllowed = "a key in base64url, as the CA gave it";
constexpr std::string_view kProfileAllowed = "names of profiles that the CA offers, separated by commas";
constexpr std::string_view kRenewAllowed = "a fraction such as 1/3, or days such as 30d";
constexpr std::string_view kPageAllowed = "a file below root, such as /404.html";
constexpr auto kRestart = Reload::kNeedsRestart;

constexpr SectionRow kSections[] = {
    {"server", "", true, "The listeners, whom to become, where to keep things."},
    {"acme", "", true, "How certificates are obtained. A site may say otherwise for itself."},
    {"ca", "home", false, "A CA of your own; its name is yours to choose. Use it with ca = home, in [acme] or in a site."},
    {"site", "example.org", true,
     "One web site; make as many of these sections as you have sites. The word after 'site' is yours to choose: it names "
     "the site in messages, and the certificate's folder in the state."},
    {"admin", "", true, "The page that shows the certificates, and its API."},
    {"notify", "", true, "Who is told when a certificate is in trouble; 'postern notify --test' tries it."},
    {"hooks", "", true, "Commands around a renewal, run by sh as the user of the server. What they write goes to the log."},
    {"deploy", "balancer", false,
     "Somebody else who gets the files of renewed certificates; as many of these sections as there are. Until a delivery has "
     "succeeded it is tried again: after 1, 10 and 100 minutes, then daily."},
};

// section, key, default, sample, allowed, help, binding
constexpr KeyRow kKeys[] = {
    {"server", "http", "[::]:80", "", kAddressesAllowed,
     "Where plain HTTP is served: the CA's challenges, and the redirect to HTTPS. [::] serves IPv4 too.",
     bind::kAddresses<&Server::http>},
    {"server", "https", "[::]:443", "", kAddressesAllowed, "Where HTTPS is served.", bind::kAddresses<&Server::https>},
    {"server", "public_http_port", "auto", "80", "auto, or a port from 1 to 65535",
     "The port at which the world reaches http, where a router forwards it. auto: that of the listener.",
     bind::kNumber<&Server::public_http_port, 1, 65535, kAuto, 0>},
    {"server", "public_https_port", "auto", "443", "auto, or a port from 1 to 65535",
     "The port at which the world reaches https; redirects name it.",
     bind::kNumber<&Server::public_https_port, 1, 65535, kAuto, 0>},
    {"server", "user", "postern", "", "the name of a user, or its number",
     "Whom to become after the ports are bound, when started by root.",
     bind::kChecked<&Server::user, take_account>, kRestart},
    {"server", "group", "", "postern", "the name of a group, or its number",
     "Its members may read the certificates' keys. Without it, nobody else may.",
     bind::kChecked<&Server::group, take_account>, kRestart},
    {"server", "state", "/var/lib/postern", "", "a path that begins with '/', at most 94 bytes",
     "Everything that must last: account keys, certificates, what was tried.", bind::kChecked<&Server::state, take_state>, kRestart},
    {"server", "loops", "auto", "", "auto, or 1 to 64", "Threads that serve; auto is one a processor.",
     bind::kNumber<&Server::loops, 1, 64, kAuto, 0>, kRestart},
    {"server", "max_connections", "auto", "", "auto, or 1 to 1000000",
     "Connections at one time; the oldest idle one makes room. auto: 96 kB each of a quarter of the memory.",
     bind::kNumber<&Server::max_connections, 1, kMostConnections, kAuto, 0>, kRestart},
    {"server", "max_per_client", "256", "", "1 to 1000000, or off", "The same for one client address. off lifts the cap.",
     bind::kNumber<&Server::max_per_client, 0, kMostConnections, kOff, kNoCap>, kRestart},
    {"server", "trusted_proxies", "", "10.0.0.2, fd00::/8", kProxiesAllowed,
     "Balancers in front of this server: whom they name in X-Forwarded-For is who asks, for allow, rate and the access log.",
     bind::kList<&Server::trusted_proxies, take_proxies>},
    {"server", "proxy_protocol", "no", "yes", "yes or no",
     "yes: each connection from trusted_proxies begins with a PROXY header (version 1 or 2) and is refused without; others come as ever.",
     bind::kYesNo<&Server::proxy_protocol>},
    {"server", "request_id", "no", "yes", "yes or no",
     "yes: each request has an X-Request-Id, made here or by a trusted proxy: in the answer, for upstreams, and in a JSON access log.",
     bind::kYesNo<&Server::request_id>},
    {"server", "http2", "yes", "", "yes or no", "Sites are served by HTTP/2 to who speaks it; no: by HTTP/1.1 alone.",
     bind::kYesNo<&Server::http2>, kRestart},
    {"server", "log", "stderr", "", "stderr, syslog, or a path that begins with '/'", "Where the log goes.",
     bind::kChecked<&Server::log, take_log>, kRestart},
    {"server", "log_level", "info", "", "error, warn, info or debug", "How much the log says.",
     bind::kTyped<&Server::log_level, take_level, show_level>},
    {"server", "access_log", "ring", "", "off, ring, stderr, syslog, or a path that begins with '/'",
     "Where requests are noted, a second after the answer. ring: the latest ones in memory, for the admin page.",
     bind::kChecked<&Server::access_log, take_access_log>, kRestart},
    {"server", "access_log_format", "combined", "", "combined or json", "A line of the access log, as Apache and nginx write it, or JSON.",
     bind::kChecked<&Server::access_log_format, take_access_format>, kRestart},
    {"server", "access_log_max", "4m", "", "a size such as 512k or 4m, or off",
     "Of a file: before it would grow larger it becomes FILE.1, in place of the one before, and begins anew. Where its folder is not "
     "the user's to write it begins anew without that.",
     bind::kTyped<&Server::access_log_max, take_limit, show_limit>, kRestart},
    {"server", "resolver", "system", "", "system, or the IP address of a DNS server, such as 9.9.9.9 or [2620:fe::fe]:53",
     "The DNS server for our own checks of names. system: those of /etc/resolv.conf.",
     bind::kChecked<&Server::resolver, take_resolver>},

    {"acme", "ca", "letsencrypt", "", kCaAllowed, "Who signs.", bind::kList<&Acme::ca, take_ca_list>},
    {"acme", "agree_tos", "no", "yes", "yes or no",
     "yes: you have read the CA's terms of service and agree (Let's Encrypt: https://letsencrypt.org/repository/). No "
     "certificate is asked for without it.",
     bind::kYesNo<&Acme::agree_tos>},
    {"acme", "email", "", "you@example.org", "one e-mail address", "Where the CA reaches you, should it have to.",
     bind::kChecked<&Acme::email, take_email>},
    {"acme", "ca_file", "", "/etc/ssl/my-ca.pem", "a PEM file",
     "Trust anchors for the CA's own HTTPS, where those of the system do not do.", bind::kPath<&Acme::ca_file, take_ca_file>},
    {"acme", "eab_kid", "", "kid-1", "the key identifier that the CA gave you",
     "For the first CA, where it makes accounts only for those whom it knows already (external account binding).",
     bind::kChecked<&Acme::eab_kid, take_kid>},
    {"acme", "eab_hmac_key", "", "bWFjLWtleS1vZi10aGUtZXh0ZXJuYWwtYWNjb3VudA", kMacKeyAllowed, "The key that came with it.",
     bind::kTyped<&Acme::eab_key, take_mac_key, show_secret_key>},
    {"acme", "eab_hmac_key_file", "", "/etc/postern-eab.key", "a file that holds nothing else", "The file that holds eab_hmac_key.",
     bind::kSecretFile<&Acme::eab_key, take_mac_key_file>},
    {"acme", "key_type", "ec256", "", kKeyAllowed,
     "The kind of key. ec256 is the fastest, and every browser takes it. Of two kinds, as ec256, rsa2048, each client gets a "
     "certificate that it can check.",
     bind::kTyped<&Acme::key_type, take_key_types, show_key_types>},
    {"acme", "reuse_key", "no", "", "yes or no", "A renewed certificate keeps its key, for those who have pinned it.",
     bind::kYesNo<&Acme::reuse_key>},
    {"acme", "challenge", "http-01, tls-alpn-01", "", kChallengeAllowed,
     "How the CA sees that a name is yours, in order of preference. http-01 asks at port 80 of each name, tls-alpn-01 at port "
     "443; one whose listener is off is left out.",
     bind::kList<&Acme::challenge, take_challenges>},
    {"acme", "preferred_chain", "", "ISRG Root X1", "the common name of a root",
     "Of several chains that the CA offers, the one that ends below this root. Without it, or without such a chain, the CA's "
     "first.",
     bind::kChecked<&Acme::preferred_chain, take_chain>},
    {"acme", "profile", "", "shortlived, tlsserver", kProfileAllowed,
     "Kinds of certificates that the first CA offers, in order of preference. Without it the CA chooses. Let's Encrypt has "
     "classic, tlsserver (45 days) and shortlived (160 hours; the only one for IP addresses).",
     bind::kList<&Acme::profile, take_profiles>},
    {"acme", "renew_at", "1/3", "", kRenewAllowed, "How much of the lifetime is left when a certificate is renewed.",
     bind::kChecked<&Acme::renew_at, take_renew_at>},
    {"acme", "challenge_upstream", "", "http://192.168.1.20", "http:// and a host, such as http://192.168.1.20:8080",
     "Where several machines stand behind one name: the CA's http-01 questions that are not for us are passed on to this one, "
     "and its answers back.", bind::kTyped<&Acme::challenge_upstream, take_upstream, show_upstream>},
    {"acme", "thumbprint", "", "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ", "the 43 characters that 'postern show NAME' tells there",
     "Likewise, without a question each time: the account of the machine behind us, whose http-01 questions we answer ourselves.",
     bind::kChecked<&Acme::thumbprint, take_thumbprint>},

    {"ca", "url", "", "!https://ca.home.arpa/acme/directory", "the https:// URL of an ACME directory", "The CA's directory.",
     bind::kChecked<&Ca::url, take_ca_url>},
    {"ca", "ca_file", "", "/etc/ssl/my-ca.pem", "a PEM file", "Trust anchors for its HTTPS.", bind::kPath<&Ca::ca_file, take_ca_file>},
    {"ca", "email", "", "you@example.org", "one e-mail address", "Where it reaches you.", bind::kChecked<&Ca::email, take_email>},
    {"ca", "eab_kid", "", "kid-1", "the key identifier that the CA gave you",
     "For a CA that makes accounts only for those whom it knows already (external account binding).",
     bind::kChecked<&Ca::eab_kid, take_kid>},
    {"ca", "eab_hmac_key", "", "bWFjLWtleS1vZi10aGUtZXh0ZXJuYWwtYWNjb3VudA", kMacKeyAllowed, "The key that came with it.",
     bind::kTyped<&Ca::eab_key, take_mac_key, show_secret_key>},
    {"ca", "eab_hmac_key_file", "", "/etc/postern-eab.key", "a file that holds nothing else", "The file that holds eab_hmac_key.",
     bind::kSecretFile<&Ca::eab_key, take_mac_key_file>},
    {"ca", "profile", "", "tlsserver", kProfileAllowed, "Kinds of certificates that it offers, in order of preference.",
     bind::kList<&Ca::profile, take_profiles>},

    {"site", "names", "", "!example.org, www.example.org", kNamesAllowed,
     "The names in the certificate, and of the requests that this site answers. Without it, the word in the brackets.",
     bind::kList<&Site::names, take_names>},
    {"site", "root", "", "/srv/www/example.org", "a folder that exists; a relative path begins at this file's folder",
     "The folder to serve. Without it a welcome page is shown. Files that begin with a dot are hidden.",
     bind::kPath<&Site::root, take_root>},
    {"site", "index", "index.html", "", "one file name", "What a folder shows.", bind::kChecked<&Site::index, take_index>},
    {"site", "listing", "no", "", "yes or no", "A folder without that file shows what is in it. Names that begin with a dot are hidden.",
     bind::kYesNo<&Site::listing>},
    {"site", "spa", "no", "", "yes or no",
     "What is not there is answered with the root's index file, for an application that reads the path itself.",
     bind::kYesNo<&Site::spa>},
    {"site", "error_page_404", "", "/404.html", kPageAllowed, "The page for what is not there.",
     bind::kChecked<&Site::error_page_404, take_error_page>},
    {"site", "error_page_5xx", "", "/sorry.html", kPageAllowed, "The page for when something went wrong here.",
     bind::kChecked<&Site::error_page_5xx, take_error_page>},
    {"site", "redirect", "", "/blog/* https://blog.example.org/* 301", "/OLD NEW, and 301, 302, 303, 307 or 308 behind it",
     "Where a path has moved to; 302 unless a status is written. /OLD/* means all below it, and a * at the end of NEW what "
     "followed there. One line for each; the query goes along.",
     bind::kLines<&Site::redirect, take_moved, show_moved>},
    {"site", "alias", "", "/photos /srv/photos", "/PREFIX and a folder that exists; a relative path begins at this file's folder",
     "Another folder, shown below a path of this site. One line for each.",
     bind::kPathLines<&Site::alias, take_alias, show_aliases>},
    {"site", "proxy", "", "/app http://127.0.0.1:8080", "/PREFIX and one URL or several, such as http://127.0.0.1:8080 or http://[::1]:3000/base",
     "Requests below the prefix go on to another server, WebSockets too; several take turns, and one that fails is left out for a "
     "while. With a path in the URL that takes the place of the prefix, without one the path stays. One line for each.",
     bind::kLines<&Site::proxy, take_proxy, show_proxy>},
    {"site", "max_body", "off", "", "a size such as 512k or 64m, or off", "The largest request body that is passed on; above it: 413. None is ever held whole.",
     bind::kTyped<&Site::max_body, take_limit, show_limit>},
    {"site", "timeout", "1m", "", "a duration from 1s to 1h", "How long a server that requests are passed on to may say nothing; then: 504.",
     bind::kTyped<&Site::timeout, take_proxy_time, show_proxy_time>},
    {"site", "header", "", "Referrer-Policy: no-referrer", "a header as Name: value", "A header for every answer of the site. One line for each.",
     bind::kLines<&Site::header, take_header, show_headers>},
    {"site", "security_headers", "yes", "", "yes or no",
     "Files are sent with X-Frame-Options: SAMEORIGIN and Referrer-Policy: strict-origin-when-cross-origin; a header line of the "
     "same name takes the place of one. What other servers answer is passed on as it is.",
     bind::kYesNo<&Site::security_headers>},
    {"site", "cache_control", "", "public, max-age=3600", "directives as in the header Cache-Control, separated by commas",
     "How long browsers may keep files without asking again. Without it they ask, and mostly hear that nothing has changed.",
     bind::kChecked<&Site::cache_control, take_cache_control>},
    {"site", "mime", "", ".gpx application/gpx+xml", ".ENDING and a media type",
     "The type of files whose names end so, where ours is not the right one. One line for each.",
     bind::kLines<&Site::mime, take_mime, show_mime>},
    {"site", "compress", "yes", "", "yes or no",
     "Compressed copies that lie beside a file (.br, .zst, .gz) go to browsers that take them; of other files up to 64 kB, of "
     "compress_types, one is made in memory (gzip).",
     bind::kYesNo<&Site::compress>},
    {"site", "compress_min", "1k", "", "a size such as 512, 1k or 1m", "What is smaller is not compressed.",
     bind::kTyped<&Site::compress_min, take_size, show_size>},
    {"site", "compress_types", "text/*, *+json, *+xml, application/json, application/javascript, application/xml, application/wasm, font/ttf, font/otf",
     "", "media types such as text/html, text/* or *+json, separated by commas", "What is compressed.",
     bind::kList<&Site::compress_types, take_types>},
    {"site", "compress_proxied", "no", "", "yes or no",
     "What the servers that requests go on to (proxy) answer is compressed too (gzip): of compress_types, from compress_min on, and "
     "not what they have compressed themselves. Leave it off for pages that hold something secret beside what a visitor, or a page "
     "that he comes from, can put into them: how well that can be compressed tells the secret, bit by bit, to who sees the size "
     "(BREACH).",
     bind::kYesNo<&Site::compress_proxied>},
    {"site", "canonical", "", "example.org", "one of the site's names", "The other names redirect to this one.",
     bind::kChecked<&Site::canonical, take_name>},
    {"site", "redirect_http", "yes", "", "yes or no", "Plain HTTP redirects to HTTPS.", bind::kYesNo<&Site::redirect_http>},
    {"site", "allow", "", "192.168.1.0/24, fd00::/8", kAllowAllowed,
     "Who may see the site; without it, everybody. private: this machine and networks that the Internet does not reach. The CA, and "
     "who is only redirected to HTTPS or to the canonical name, is answered in any case.",
     bind::kList<&Site::allow, take_allow>},
    {"site", "deny", "", "203.0.113.0/24", "networks such as 192.168.1.0/24 or fd00::/8, addresses, private, separated by commas",
     "Who may not, even if allow lets him.", bind::kList<&Site::deny, take_deny>},
    {"site", "rate", "", "10/s burst 20", "requests in a second, minute or hour, such as 10/s, 30/m or 100/h, and burst N behind that",
     "How often one client (an IPv4 address, an IPv6 /64) may ask; who asks more often gets a 429. burst: so many at once after a "
     "pause; without it as many as stand before the '/'.", bind::kTyped<&Site::rate, take_rate, show_rate>},
    {"site", "basic_auth", "", "/etc/postern.users", "a file as 'htpasswd -B' writes it, with bcrypt ($2y$), $5$ or $6$",
     "The site asks for a name and a password, one of those in the file (a reload reads it again). By HTTPS alone.",
     bind::kPath<&Site::basic_auth, take_users>},
    {"site", "certificate", "acme", "!self-signed", "acme, self-signed, or CHAIN.pem KEY.pem; a second pair behind a comma",
     "acme: from the CA, when agree_tos above is yes. self-signed: our own, of which browsers warn. Files that somebody else keeps "
     "are watched: what comes to stand in them is checked and then serves.",
     bind::kPathTyped<&Site::certificate, take_certificate, show_certificate>},
    {"site", "ca", "", "letsencrypt-staging", kCaAllowed, "For this site; where it is not set, that of [acme] counts.", bind::kChecked<&Site::ca, take_ca>},
    {"site", "key_type", "", "rsa2048", kKeyAllowed, "For this site; where it is not set, that of [acme] counts.",
     bind::kTyped<&Site::key_type, take_key_types, show_key_types>},
    {"site", "reuse_key", "", "yes", "yes or no", "For this site; where it is not set, that of [acme] counts.",
     bind::kYesNo<&Site::reuse_key>},
    {"site", "challenge", "", "tls-alpn-01", kChallengeAllowed,
     "For this site; where it is not set, that of [acme] counts.", bind::kList<&Site::challenge, take_challenges>},
    {"site", "preferred_chain", "", "ISRG Root X1", "the common name of a root",
     "For this site; where it is not set, that of [acme] counts.", bind::kChecked<&Site::preferred_chain, take_chain>},
    {"site", "profile", "", "tlsserver", kProfileAllowed, "For this site; where it is not set, that of its CA counts.",
     bind::kList<&Site::profile, take_profiles>},
    {"site", "renew_at", "", "30d", kRenewAllowed, "For this site; where it is not set, that of [acme] counts.", bind::kChecked<&Site::renew_at, take_renew_at>},
    {"site", "hsts", "governed", "", "governed, off, or a duration such as 365d",
     "How long browsers shall insist on HTTPS (Strict-Transport-Security). governed: while a certificate from a CA serves, and "
     "for no longer than it lives.", bind::kChecked<&Site::hsts, take_hsts>},
    {"site", "hsts_subdomains", "no", "", "yes or no", "That holds for all names below those of the site, too.",
     bind::kYesNo<&Site::hsts_subdomains>},
    {"site", "hsts_preload", "no", "", "yes or no", "Agrees to the lists that browsers bring along. Hard to take back.",
     bind::kYesNo<&Site::hsts_preload>},
};

}  // namespace

std::span<const SectionRow> section_rows() { return kSections; }
std::span<const KeyRow> key_rows() {
    static const std::vector<KeyRow> all = [] {
        std::vector<KeyRow> rows(std::begin(kKeys), std::end(kKeys));
        rows.insert(rows.end(), service_key_rows().begin(), service_key_rows().end());
        return rows;
    }();
    return all;
}

}  // namespace postern::config
