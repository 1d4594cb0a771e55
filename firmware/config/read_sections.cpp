#include <map>

#include "firmware/config/config_keys.h"
#include "firmware/config/reading.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

// What other servers call it.
struct Habit {
    std::string_view word, ours;
};
constexpr Habit kHabits[] = {
    {"listen", "ports stand in [server] http and https"},
    {"port", "ports stand in [server] http and https"},
    {"server_name", "write names"},
    {"domain", "write names"},
    {"domains", "write names"},
    {"document_root", "write root"},
    {"ssl_certificate", "write certificate"},
    {"autoindex", "write listing"},
    {"browse", "write listing"},
    {"try_files", "write spa = yes, which shows the index file where there is nothing"},
    {"return", "write redirect"},
    {"rewrite", "write redirect"},
    {"redir", "write redirect"},
    {"add_header", "write header"},
    {"expires", "write cache_control"},
    {"error_page", "write error_page_404 or error_page_5xx"},
    {"types", "write mime"},
    {"gzip", "write compress"},
    {"gzip_types", "write compress_types"},
    {"gzip_min_length", "write compress_min"},
    {"gzip_proxied", "write compress_proxied"},
    {"encode", "write compress"},
    {"gzip_static", "write compress"},
    {"precompressed", "write compress"},
    {"proxy_pass", "write proxy"},
    {"reverse_proxy", "write proxy"},
    {"proxypass", "write proxy"},
    {"client_max_body_size", "write max_body"},
    {"proxy_read_timeout", "write timeout"},
};

std::string in_brackets(std::string_view kind) {
    const SectionRow* row = find_section(kind);
    const bool named = row != nullptr && !row->sample_name.empty();
    return "[" + std::string(kind) + (named ? " NAME]" : "]");
}

std::string all_sections() {
    std::vector<std::string> titles;
    for (const std::string_view kind : kinds_of_sections()) titles.push_back(in_brackets(kind));
    return join(titles, ", ");
}

// The sections that have a key of this name: "[acme] or [site NAME]".
std::string homes_of(std::string_view key) {
    std::vector<std::string> homes;
    for (const std::string_view kind : kinds_of_sections()) {
        if (find_key(kind, key) != nullptr || is_later_key(kind, key)) homes.push_back(in_brackets(kind));
    }
    return join(homes, " or ");
}

std::string about_unknown_key(std::string_view kind, std::string_view key) {
    if (is_later_key(kind, key)) return "known, but not in this version yet; take the line out";
    for (const Habit& habit : kHabits) {
        if (habit.word == key && kind != "admin") return "unknown key; " + std::string(habit.ours);
    }
    if (const std::string homes = homes_of(key); !homes.empty()) return "unknown key here; it belongs in " + homes;
    const auto names = names_of_keys(kind);
    if (const std::string_view near = nearest(key, names); !near.empty())
        return "unknown key; did you mean " + std::string(near) + "?";
    if (const std::string_view near = nearest(key, names_of_later_keys(kind)); !near.empty())
        return "unknown key; if you mean " + std::string(near) + ", that is known, but not in this version yet";
    std::vector<std::string> all(names.begin(), names.end());
    return "unknown key; allowed in " + in_brackets(kind) + ": " + join(all, ", ");
}

std::string allowed(std::string text, const KeyRow& row) {
    text += text.back() == '?' ? " allowed: " : "; allowed: ";
    return text + std::string(row.allowed);
}

// What is wrong with a value whatever its key; empty: nothing.
std::string about_value(std::string_view value, const KeyRow& row) {
    if (value.empty()) return allowed("no value; take the line out, or write one", row);
    if (value.find(" ;") != value.npos || value.find(" #") != value.npos)
        return "text after ; or # belongs to the value; a comment goes on a line of its own";
    if (value.front() == '"' || value.front() == '\'') return allowed("values are written without quotes", row);
    return {};
}

class Binder {
public:
    explicit Binder(Reading& reading) : reading_(reading) {
        draft_.files = &reading.files;
        const auto slash = reading.config.file.rfind('/');
        draft_.folder = slash == std::string::npos ? "" : reading.config.file.substr(0, slash + 1);
        aim_at(reading.config);
    }

    void aim_at(Config& config) {
        draft_.server = &config.server;
        draft_.acme = &config.acme;
        draft_.admin = &config.admin;
        draft_.notify = &config.notify;
        draft_.hooks = &config.hooks;
    }
    Draft& draft() { return draft_; }

    // A default of ours is always valid: the test of the table sees to it.
    void take_defaults(std::string_view kind) {
        for (const KeyRow& row : key_rows()) {
            if (row.section == kind && !row.standard.empty()) (void)row.binding.take(draft_, row.standard);
        }
    }

    void take_entries(std::string_view kind, const IniSection& section) {
        std::map<std::string_view, int> lines;
        for (const IniEntry& entry : section.entries) {
            const auto [first, fresh] = lines.emplace(entry.key, entry.line);
            const KeyRow* row = find_key(kind, entry.key);
            if (fresh || (row != nullptr && row->binding.repeats)) {
                take_entry(kind, section, entry);
            } else {
                fault(section, entry, "stands twice, first in line " + std::to_string(first->second) + "; keep one of them");
            }
        }
    }

private:
    void take_entry(std::string_view kind, const IniSection& section, const IniEntry& entry) {
        const KeyRow* row = find_key(kind, entry.key);
        if (row == nullptr) return fault(section, entry, about_unknown_key(kind, entry.key));
        if (const std::string trouble = about_value(entry.value, *row); !trouble.empty())
            return fault(section, entry, trouble);
        if (auto taken = row->binding.take(draft_, entry.value); !taken.ok())
            fault(section, entry, allowed(taken.error().text(), *row));
    }

    void fault(const IniSection& section, const IniEntry& entry, std::string text) {
        reading_.fault_at(entry.line, section.title(), entry.key, std::move(text));
    }

    Reading& reading_;
    Draft draft_;
};

void take_stray_entries(Reading& reading, const IniSection& section) {
    for (const IniEntry& entry : section.entries) {
        const std::string homes = homes_of(entry.key);
        reading.fault_at(entry.line, "", entry.key,
                         "stands before the first section; put it below " + (homes.empty() ? all_sections() : homes));
    }
}

// Its keys are checked as those of the section that was probably meant, into a scratch that nobody sees.
void take_unknown_section(Reading& reading, const IniSection& section) {
    const std::string title = section.title();
    if (is_later_section(section.kind))
        return reading.fault_at(section.line, title, "", "known, but not in this version yet; take the section out");
    const std::string_view near = nearest(section.kind, kinds_of_sections());
    if (near.empty()) {
        const bool name = section.name.empty() && section.kind.find('.') != std::string::npos;
        return reading.fault_at(section.line, title, "",
                                name ? "unknown section; did you mean [site " + section.kind + "]?"
                                     : "unknown section; allowed: " + all_sections());
    }
    reading.fault_at(section.line, title, "", "unknown section; did you mean [" + std::string(near) +
                                                  (section.name.empty() ? "" : " " + section.name) + "]?");
    Config scratch;
    CaSection ca;
    SiteSection site;
    DeploySection deploy;
    Binder binder(reading);
    binder.aim_at(scratch);
    binder.draft().ca = &ca;
    binder.draft().site = &site;
    binder.draft().deploy = &deploy;
    binder.take_entries(near, section);
}

// [server], [acme], [admin], [notify], [hooks]: there whether they are written or not.
void take_single(Reading& reading, Binder& binder, std::string_view kind) {
    binder.take_defaults(kind);
    for (const IniSection& section : reading.ini.sections) {
        if (section.kind != kind) continue;
        if (!section.name.empty())
            reading.fault_at(section.line, section.title(), "", "the section takes no name; write [" + std::string(kind) + "]");
        if (kind == "acme") reading.config.acme.line = section.line;
        binder.take_entries(kind, section);
    }
}

bool has_name(Reading& reading, const IniSection& section, std::string_view what) {
    if (!section.name.empty()) return true;
    reading.fault_at(section.line, section.kind, "", "the section needs a name; write [" + section.kind + " " + std::string(what) + "]");
    return false;
}

void take_ca(Reading& reading, Binder& binder, const IniSection& section) {
    CaSection ca;
    ca.line = section.line;
    ca.name = section.name;
    binder.draft().ca = &ca;
    binder.take_defaults("ca");
    binder.take_entries("ca", section);
    if (has_name(reading, section, "home")) reading.config.cas.push_back(std::move(ca));
}

void take_site(Reading& reading, Binder& binder, const IniSection& section) {
    const AcmeSection& acme = reading.config.acme;
    SiteSection site;
    site.line = section.line;
    site.name = section.name;
    site.ca = acme.ca.empty() ? "" : acme.ca.front();
    site.key_type = acme.key_type;
    site.reuse_key = acme.reuse_key;
    site.preferred_chain = acme.preferred_chain;
    site.challenge = acme.challenge;
    site.renew_at = acme.renew_at;
    binder.draft().site = &site;
    binder.take_defaults("site");
    binder.take_entries("site", section);
    if (has_name(reading, section, "example.org")) reading.config.sites.push_back(std::move(site));
}

void take_deploy(Reading& reading, Binder& binder, const IniSection& section) {
    DeploySection deploy;
    deploy.line = section.line;
    deploy.name = section.name;
    binder.draft().deploy = &deploy;
    binder.take_defaults("deploy");
    binder.take_entries("deploy", section);
    if (has_name(reading, section, "balancer")) reading.config.deploys.push_back(std::move(deploy));
}

}  // namespace

// [acme] comes before the sites, wherever it stands: they begin with what it says.
void read_sections(Reading& reading) {
    Binder binder(reading);
    for (const std::string_view kind : {"server", "acme", "admin", "notify", "hooks"}) take_single(reading, binder, kind);
    for (const IniSection& section : reading.ini.sections) {
        if (section.kind.empty()) take_stray_entries(reading, section);
        else if (section.kind == "ca") take_ca(reading, binder, section);
        else if (section.kind == "site") take_site(reading, binder, section);
        else if (section.kind == "deploy") take_deploy(reading, binder, section);
        else if (find_section(section.kind) == nullptr) take_unknown_section(reading, section);
    }
}

}  // namespace postern::config
