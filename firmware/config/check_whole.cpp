#include <algorithm>
#include <utility>

#include "firmware/config/reading.h"
#include "firmware/config/state_folder.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

struct Taken {
    net::Address address;
    std::string title, key;
    bool told = false;
};

bool is_any(const net::Address& address) { return address.host() == "::" || address.host() == "0.0.0.0"; }

// Whether both cannot be bound: [::] takes IPv4 as well, and an address for all takes each single one.
bool collide(const net::Address& a, const net::Address& b) {
    if (a.port() == 0 || a.port() != b.port()) return false;
    if (a.host() == b.host()) return true;
    if (a.family() == b.family()) return is_any(a) || is_any(b);
    return a.host() == "::" || b.host() == "::";
}

// Both places, for one of the two is where it should be mended; a default stands nowhere.
std::string taken_by(const Reading& reading, const Taken& mine, const Taken& other) {
    const bool written = reading.is_written(other.title, other.key);
    std::string text = mine.address.text() + " is taken by [" + other.title + "] " + other.key + " = " + other.address.text();
    text += written ? " in line " + std::to_string(reading.line_of(other.title, other.key)) : " (the default)";
    text += "; each port serves one purpose: choose another one";
    if (written || other.title != "admin") return text;
    return text + ", or move the admin page: in a section [admin], listen = 127.0.0.1:8444, or listen = off";
}

// A default beside a key that is misspelt, "lisen", is probably not what was meant.
bool is_uncertain(const Reading& reading, const std::string& title, const std::string& key) {
    return !reading.is_written(title, key) && reading.has_fault_in(title);
}

void add_listeners(Reading& reading, std::vector<Taken>& taken, const std::string& title, const std::string& key,
                   const std::vector<net::Address>& addresses) {
    for (const net::Address& address : addresses) {
        const Taken mine{address, title, key};
        const auto other = std::find_if(taken.begin(), taken.end(),
                                        [&](const Taken& one) { return collide(one.address, address); });
        if (other == taken.end()) {
            taken.push_back(mine);
            continue;
        }
        if (is_uncertain(reading, title, key) || is_uncertain(reading, other->title, other->key)) continue;
        // Of the two, the one that somebody wrote is at fault, not a default.
        const bool default_first = !reading.is_written(title, key) && reading.is_written(other->title, other->key);
        if (!default_first) reading.fault(title, key, taken_by(reading, mine, *other));
        else if (!std::exchange(other->told, true)) reading.fault(other->title, other->key, taken_by(reading, *other, mine));
    }
}

void check_listeners(Reading& reading) {
    std::vector<Taken> taken;
    add_listeners(reading, taken, "server", "http", reading.config.server.http);
    add_listeners(reading, taken, "server", "https", reading.config.server.https);
    add_listeners(reading, taken, "admin", "listen", reading.config.admin.listen);
}

void check_proxies(Reading& reading) {
    const ServerSection& server = reading.config.server;
    if (server.proxy_protocol && server.trusted_proxies.empty() && !is_uncertain(reading, "server", "trusted_proxies"))
        reading.fault("server", "proxy_protocol", "nobody may say it; name the balancers in trusted_proxies = ADDRESS");
}

// Two keys for one thing: which of them it came from does not matter afterwards.
void join_secret(Reading& reading, const std::string& title, const std::string& key, std::shared_ptr<const Secret>& written,
                 std::shared_ptr<const Secret>& from_file) {
    if (written && from_file) return reading.fault(title, key + "_file", key + " is written too; keep one of them");
    if (from_file) written = std::move(from_file);
}

void check_tokens(Reading& reading) {
    AdminSection& admin = reading.config.admin;
    join_secret(reading, "admin", "password_hash", admin.password_hash, admin.file_hash);
    join_secret(reading, "admin", "setup_token", admin.setup_token, admin.file_token);
    join_secret(reading, "admin", "metrics_token", admin.metrics_token, admin.file_metrics_token);
    for (DeploySection& deploy : reading.config.deploys)
        join_secret(reading, "deploy " + deploy.name, "pull_token", deploy.pull_token, deploy.file_pull_token);
}

void check_identity(Reading& reading) {
    ServerSection& server = reading.config.server;
    if (!reading.as_root) return;
    if (reading.is_faulty("server", "user") || reading.is_faulty("server", "group")) return;
    auto identity = find_identity(reading.files, server.user, server.group);
    if (identity.ok()) {
        server.identity = *identity;
        return;
    }
    std::string text = identity.error().text();
    if (!reading.is_written("server", "user")) text = "root must become somebody else after the ports are bound, and " + text;
    reading.fault("server", "user", text);
}

// A mistyped path must not cost somebody his home: what we make there would lie among his files, and belong to our user.
void check_state(Reading& reading) {
    const std::string& state = reading.config.server.state;
    if (reading.is_faulty("server", "state")) return;
    const std::string foreign = foreign_entry(reading.files, state);
    if (!foreign.empty())
        reading.fault("server", "state", state + " holds what is not ours ('" + printable(foreign, 80) + "'), and stays as it is; "
                      "allowed: a folder that does not exist yet, an empty one, or one that an earlier start has made");
}

void name_path(Reading& reading, const std::string& title, const std::string& key, const std::string& path, bool folder) {
    if (!path.empty()) reading.config.paths.push_back({reading.line_of(title, key), title, key, path, folder});
}

void name_paths(Reading& reading) {
    const Config& config = reading.config;
    name_path(reading, "acme", "ca_file", config.acme.ca_file, false);
    name_path(reading, "acme", "eab_hmac_key_file", config.acme.eab_key.file, false);
    for (const CaSection& ca : config.cas) {
        name_path(reading, "ca " + ca.name, "ca_file", ca.ca_file, false);
        name_path(reading, "ca " + ca.name, "eab_hmac_key_file", ca.eab_key.file, false);
    }
    name_path(reading, "notify", "smtp_password_file", config.notify.smtp_password_file, false);
    name_path(reading, "admin", "password_hash_file", config.admin.password_hash_file, false);
    name_path(reading, "admin", "setup_token_file", config.admin.setup_token_file, false);
    name_path(reading, "admin", "metrics_token_file", config.admin.metrics_token_file, false);
    name_path(reading, "admin", "security_txt", config.admin.security_txt, false);
    for (const DeploySection& deploy : config.deploys)
        name_path(reading, "deploy " + deploy.name, "pull_token_file", deploy.pull_token_file, false);
    name_path(reading, "notify", "ca_file", config.notify.ca_file, false);
    for (const SiteSection& site : config.sites) {
        name_path(reading, "site " + site.name, "root", site.root, true);
        name_path(reading, "site " + site.name, "basic_auth", site.basic_auth, false);
        for (const acme::CertFiles& pair : site.certificate.files)
            for (const std::string& path : {pair.chain, pair.key}) name_path(reading, "site " + site.name, "certificate", path, false);
        for (const AliasRule& alias : site.alias) name_path(reading, "site " + site.name, "alias", alias.folder, true);
        const std::string index = site.root + "/" + site.index;
        const auto info = reading.files.info(index);
        if (!site.root.empty() && info.ok() && info->kind == FileInfo::Kind::kFile)
            name_path(reading, "site " + site.name, "root", index, false);
    }
}

}  // namespace

void check_whole(Reading& reading) {
    check_listeners(reading);
    check_proxies(reading);
    check_tokens(reading);
    check_identity(reading);
    check_state(reading);
    check_cas(reading);
    check_sites(reading);
    check_admin(reading);
    check_notify(reading);
    check_sharing(reading);
    name_paths(reading);
}

}  // namespace postern::config
