#include "firmware/config/plan.h"

#include <algorithm>

#include "firmware/config/admin_certificate.h"
#include "firmware/config/config_keys.h"
#include "firmware/config/values.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

void add_listeners(Plan& plan, ListenerKind kind, const std::vector<net::Address>& addresses) {
    for (const net::Address& address : addresses) plan.listeners.push_back({kind, address});
}

// The port of the first listener, where the file names none; `standard` without a listener.
int public_port(int written, const std::vector<net::Address>& addresses, int standard) {
    if (written != 0) return written;
    return addresses.empty() ? standard : addresses.front().port();
}

site::HstsRule hsts_of(const SiteSection& section) {
    site::HstsRule rule;
    rule.subdomains = section.hsts_subdomains;
    rule.preload = section.hsts_preload;
    if (section.hsts == "governed") return rule;
    const auto seconds = parse_duration(section.hsts);
    rule.kind = seconds.ok() ? site::HstsRule::Kind::kFixed : site::HstsRule::Kind::kOff;
    if (seconds.ok()) rule.max_age = Seconds(*seconds);
    return rule;
}

SitePlan plan_site(const SiteSection& site) {
    SitePlan plan;
    plan.name = site.name;
    plan.folder = site.folder;
    plan.names = site.names;
    plan.content = site;  // the part of it that is about content
    plan.access = site;   // and that about visitors
    plan.canonical = site.canonical;
    plan.redirect_http = site.redirect_http;
    plan.hsts = hsts_of(site);
    plan.files = site.certificate.files;
    return plan;
}

// No CA is asked for this one, but it is looked after like the others.
acme::WantedCert without_ca(const SiteSection& site) {
    acme::WantedCert wanted;
    wanted.name = site.folder;
    wanted.names = site.names;
    wanted.key_type = site.key_type.front();
    wanted.from_ca = false;
    return wanted;
}

void add_certificates(Plan& plan, const SiteSection& site) {
    acme::WantedCert wanted = site.wanted ? *site.wanted : without_ca(site);
    const std::vector<std::string> lineages = lineages_of(site);
    for (std::size_t i = 0; i < lineages.size(); ++i) {
        if (site.certificate.kind == CertSource::Kind::kFiles) wanted.files = site.certificate.files[i];
        else wanted.key_type = site.key_type[i];
        wanted.name = lineages[i];
        plan.certificates.push_back(wanted);
    }
}

// Behind those of the sites: it is nobody's whose name is asked for but the page's.
acme::WantedCert admin_pair() {
    acme::WantedCert wanted;
    wanted.name = kAdminPair;
    wanted.names = {"localhost", "127.0.0.1", "::1"};
    wanted.from_ca = false;
    return wanted;
}

// The sections that are there once, as the table of keys reads and writes them.
Draft single_sections(Config& config) {
    Draft draft;
    draft.server = &config.server;
    draft.acme = &config.acme;
    draft.admin = &config.admin;
    draft.notify = &config.notify;
    draft.hooks = &config.hooks;
    return draft;
}

}  // namespace

std::vector<std::string> lineages_of(const SiteSection& site) {
    std::vector<std::string> lineages{site.folder};
    if (site.certificate.kind == CertSource::Kind::kFiles) {
        for (std::size_t i = 1; i < site.certificate.files.size(); ++i) lineages.push_back(site.folder + "+" + std::to_string(i + 1));
        return lineages;
    }
    for (std::size_t i = 1; i < site.key_type.size(); ++i)
        lineages.push_back(site.folder + (has_prefix(crypto::name_of(site.key_type[i]), "rsa") ? "+rsa" : "+ec"));
    return lineages;
}

Plan make_plan(const Config& config) {
    Plan plan;
    add_listeners(plan, ListenerKind::kHttp, config.server.http);
    add_listeners(plan, ListenerKind::kHttps, config.server.https);
    add_listeners(plan, ListenerKind::kAdmin, config.admin.listen);
    for (const SiteSection& site : config.sites) {
        plan.sites.push_back(plan_site(site));
        add_certificates(plan, site);
    }
    if (wants_admin_pair(config)) plan.certificates.push_back(admin_pair());
    plan.public_http_port = public_port(config.server.public_http_port, config.server.http, 80);
    plan.public_https_port = public_port(config.server.public_https_port, config.server.https, 443);
    plan.state = config.server.state;
    plan.trusted_proxies = subnets_of(config.server.trusted_proxies);
    plan.proxy_protocol = config.server.proxy_protocol;
    plan.request_id = config.server.request_id;
    return plan;
}

// By way of the text, as `check --print` shows it and the reader takes it again.
Config hold_back(const Config& running, Config file) {
    Config before = running;
    const Draft old_values = single_sections(before);
    Draft new_values = single_sections(file);
    for (const KeyRow& row : key_rows()) {
        if (row.reload == Reload::kTakes) continue;
        const std::string text = row.binding.show(old_values);
        if (!text.empty()) (void)row.binding.take(new_values, text);
    }
    file.server.group = running.server.group;  // it may be unset, which no text says
    file.server.identity = running.server.identity;
    return file;
}

Config hold_back_listeners(const Config& running, Config file) {
    file.server.http = running.server.http;
    file.server.https = running.server.https;
    file.server.public_http_port = running.server.public_http_port;
    file.server.public_https_port = running.server.public_https_port;
    file.admin.listen = running.admin.listen;
    return file;
}

bool wants_own_port(const Config& running, const Config& file) {
    const Plan before = make_plan(running), after = make_plan(file);
    const auto holds = [&](const auto& matches) { return std::any_of(before.listeners.begin(), before.listeners.end(), matches); };
    return std::any_of(after.listeners.begin(), after.listeners.end(), [&](const ListenerPlan& next) {
        return !holds([&](const ListenerPlan& now) { return now.address == next.address; }) &&
               holds([&](const ListenerPlan& now) { return now.address.port() == next.address.port(); });
    });
}

std::vector<std::string> needs_restart(const Config& running, const Config& file) {
    Config before = running, after = file;
    const Draft old_values = single_sections(before), new_values = single_sections(after);
    std::vector<std::string> sentences;
    for (const KeyRow& row : key_rows()) {
        if (!find_section(row.section)->sample_name.empty()) continue;  // sites, CAs, receivers: all taken
        if (row.binding.show(old_values) == row.binding.show(new_values)) continue;
        sentences.push_back("[" + std::string(row.section) + "] " + std::string(row.name) + " takes effect after a restart");
    }
    return sentences;
}

}  // namespace postern::config
