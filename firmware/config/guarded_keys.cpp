#include "firmware/config/guarded_keys.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "firmware/config/admin_certificate.h"
#include "firmware/config/ini.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

struct Guarded {
    std::string_view section, key;  // without a key: all of them
};

constexpr Guarded kGuarded[] = {
    {"admin", {}},
    {"hooks", {}},
    {"deploy", {}},  // commands, and who fetches keys
    {"ca", {}},
    {"acme", "ca"},
    {"acme", "ca_file"},
    {"acme", "agree_tos"},
    {"acme", "email"},
    {"acme", "eab_kid"},
    {"acme", "eab_hmac_key"},
    {"acme", "eab_hmac_key_file"},
    {"acme", "thumbprint"},          // with it another's account gets certificates for our names
    {"acme", "challenge_upstream"},  // likewise
    {"site", "ca"},
    {"site", "certificate"},  // files: with it a key that the server may read serves
    {"site", "root"},     // shows what the server may read
    {"site", "alias"},    // likewise
    {"site", "proxy"},    // shows what answers to this device alone
    {"site", "allow"},    // lets visitors in
    {"site", "deny"},
    {"site", "basic_auth"},
    {"notify", {}},       // reads files with passwords, and says who is told
    {"server", "trusted_proxies"},  // says who is let in
    {"server", "proxy_protocol"},
    {"server", "log"},    // written before the rights are given up
    {"server", "access_log"},
    {"server", "state"},  // where the password and the account's key are
    {"server", "user"},
    {"server", "group"},
};

using Entry = std::tuple<std::string, std::string, std::string>;  // section, key, value

// Of the keys that are guarded by what they say.
bool is_harmless(const IniEntry& entry) { return entry.key == "certificate" && (entry.value == "acme" || entry.value == "self-signed"); }

// The site whose certificate the admin page shows: by its names the page may be asked, and what its certificate comes from is what
// the owner knows the page by. Nobody adds a name of his own there, or has browsers warn of the page.
bool is_of_admin(const IniSection& section, const IniEntry& entry, std::string_view admin_certificate) {
    return section.kind == "site" && names_site(admin_certificate, section.name) && (entry.key == "names" || entry.key == "certificate");
}

std::string_view admin_certificate_in(const IniFile& file) {
    for (const IniSection& section : file.sections)
        for (const IniEntry& entry : section.entries)
            if (section.kind == "admin" && entry.key == "certificate") return entry.value;
    return {};
}

bool is_guarded(const IniSection& section, const IniEntry& entry) {
    if (section.kind == "site" && is_harmless(entry)) return false;
    return std::any_of(std::begin(kGuarded), std::end(kGuarded),
                       [&](const Guarded& one) { return one.section == section.kind && (one.key.empty() || one.key == entry.key); });
}

std::vector<Entry> guarded_in(std::string_view text) {
    std::vector<Entry> found;
    const IniFile file = read_ini(text, {});
    const std::string_view admin_certificate = admin_certificate_in(file);
    for (const IniSection& section : file.sections)
        for (const IniEntry& entry : section.entries)
            if (is_guarded(section, entry) || is_of_admin(section, entry, admin_certificate)) found.emplace_back(section.title(), entry.key, entry.value);
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

bool password_keys_differ(std::string_view before, std::string_view after) {
    const auto of_password = [](std::string_view text) {
        auto found = guarded_in(text);
        std::erase_if(found, [](const Entry& one) { return std::get<0>(one) != "admin" || !has_prefix(std::get<1>(one), "password"); });
        return found;
    };
    return of_password(before) != of_password(after);
}

bool guarded_keys_differ(std::string_view before, std::string_view after) { return guarded_in(before) != guarded_in(after); }

}  // namespace postern::config
