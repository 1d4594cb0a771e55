// Which CA a word stands for, and the faults of [ca NAME].
#include <algorithm>
#include <array>

#include "firmware/config/find_ca.h"
#include "firmware/config/host_name.h"
#include "firmware/config/reading.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

struct Preset {
    std::string_view name, url;  // without a URL: a later version's
};
constexpr std::array<Preset, 4> kPresets = {{
    {"letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"},
    {"letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"},
    {"zerossl", ""},
    {"google", ""},
}};

const Preset* find_preset(std::string_view word) {
    const auto at = std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset& preset) { return preset.name == word; });
    return at == kPresets.end() ? nullptr : &*at;
}

// The folder of an account with a CA that has a URL for a name: "localhost:14000/dir" gives "localhost-14000-dir".
std::string account_folder(std::string_view url) {
    constexpr std::size_t kLongest = 120;
    std::string out;
    for (const char c : url.substr(std::string_view("https://").size())) {
        const bool plain = is_alpha(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
        if (plain) out += c;
        else if (!out.empty() && out.back() != '-') out += '-';
    }
    while (!out.empty() && out.back() == '-') out.pop_back();
    return out.substr(0, kLongest);
}

// One is nothing without the other.
void check_external(Reading& reading, const std::string& title, const std::string& kid, const SecretKey& key) {
    const bool faulty = reading.is_faulty(title, "eab_kid") || reading.is_faulty(title, "eab_hmac_key") ||
                        reading.is_faulty(title, "eab_hmac_key_file");
    if (reading.is_written(title, "eab_hmac_key") && reading.is_written(title, "eab_hmac_key_file"))
        reading.fault(title, "eab_hmac_key_file", "stands beside eab_hmac_key; keep one of them");
    if (faulty || kid.empty() == !key.bytes) return;
    if (kid.empty()) reading.fault(title, "eab_kid", "is missing; the CA gave it together with eab_hmac_key");
    else reading.fault(title, "eab_hmac_key", "is missing; the CA gave it together with eab_kid");
}

}  // namespace

std::optional<acme::CaSettings> find_ca(const Config& config, const std::string& word) {
    acme::CaSettings settings;
    settings.agree_tos = config.acme.agree_tos;
    settings.name = word;
    const auto own = std::find_if(config.cas.begin(), config.cas.end(), [&](const CaSection& ca) { return ca.name == word; });
    const Preset* preset = find_preset(word);
    if (own != config.cas.end()) {
        settings.directory_url = own->url;
        settings.ca_file = own->ca_file;
        settings.email = own->email;
        settings.external = {own->eab_kid, own->eab_key.bytes};
    } else if (preset != nullptr && !preset->url.empty()) {
        settings.directory_url = preset->url;
    } else if (has_prefix(word, "https://")) {
        settings.directory_url = word;
        settings.name = account_folder(word);
    } else {
        return std::nullopt;
    }
    // The e-mail is its owner's, whichever CA asks; the trust anchors are one CA's.
    if (settings.email.empty()) settings.email = config.acme.email;
    const bool first = !config.acme.ca.empty() && config.acme.ca.front() == word;
    if (settings.ca_file.empty() && first) settings.ca_file = config.acme.ca_file;
    if (!settings.external.key && first) settings.external = {config.acme.eab_kid, config.acme.eab_key.bytes};
    settings.limits = acme::limits_of(settings.directory_url);
    return settings;
}

std::string about_unknown_ca(const Config& config, const std::string& word) {
    std::vector<std::string_view> known = {"letsencrypt", "letsencrypt-staging"};
    for (const CaSection& ca : config.cas) known.push_back(ca.name);
    const std::string_view near = nearest(word, known);
    return "'" + word + "' is no CA that is known; " + (near.empty() ? "" : "did you mean " + std::string(near) + "? ") +
           "allowed: letsencrypt, letsencrypt-staging, the NAME of a [ca NAME], or the https:// URL of an ACME directory";
}

void check_cas(Reading& reading) {
    check_external(reading, "acme", reading.config.acme.eab_kid, reading.config.acme.eab_key);
    for (const CaSection& ca : reading.config.cas) {
        const std::string title = "ca " + ca.name;
        check_external(reading, title, ca.eab_kid, ca.eab_key);
        if (const auto folder = folder_of(ca.name); !folder.ok()) reading.fault(title, "", folder.error().text());
        if (find_preset(ca.name) != nullptr) reading.fault(title, "", "the name is that of a known CA; choose another one");
        if (ca.url.empty() && !reading.is_faulty(title, "url"))
            reading.fault(title, "url", "is missing; allowed: the https:// URL of an ACME directory");
    }
    if (reading.is_faulty("acme", "ca")) return;
    for (const std::string& word : reading.config.acme.ca) {
        if (!find_ca(reading.config, word)) reading.fault("acme", "ca", about_unknown_ca(reading.config, word));
    }
}

}  // namespace postern::config
