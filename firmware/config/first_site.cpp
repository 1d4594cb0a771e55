#include "firmware/config/first_site.h"

#include <algorithm>

#include "firmware/config/host_name.h"
#include "firmware/config/reading.h"
#include "server/base/text.h"
#include "server/net/address.h"

namespace postern::config {

namespace {

constexpr std::string_view kProfileOfAddresses = "shortlived";
constexpr std::string_view kPresets[] = {"letsencrypt", "letsencrypt-staging"};

std::string value_of(const IniSection& section, std::string_view key) {
    for (const IniEntry& entry : section.entries)
        if (entry.key == key) return entry.value;
    return {};
}

const IniSection* find(const IniFile& file, std::string_view title) {
    for (const IniSection& section : file.sections)
        if (section.title() == title) return &section;
    return nullptr;
}

std::string value_of(const IniFile& file, std::string_view title, std::string_view key) {
    const IniSection* section = find(file, title);
    return section == nullptr ? std::string() : value_of(*section, key);
}

bool is_site(const IniSection& section) { return section.kind == "site"; }

bool asks_ca(const IniSection& site) {
    const std::string source = value_of(site, "certificate");
    return source.empty() || source == "acme";
}

std::vector<std::string> names_of(const IniSection& site) {
    std::vector<std::string> names;
    const std::string list = value_of(site, "names");
    for (const std::string_view name : split(list, ','))
        if (!name.empty()) names.push_back(lower(name));
    if (names.empty()) names.push_back(lower(site.name));
    return names;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// RFC 2606: nobody can have them, so they stand in the sample.
bool is_of_sample(const std::vector<std::string>& names) {
    constexpr std::string_view kTails[] = {".example.org", ".example.com", ".example.net"};
    return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
        return std::any_of(std::begin(kTails), std::end(kTails), [&](std::string_view tail) { return name == tail.substr(1) || has_suffix(name, tail); });
    });
}

// The site that is to get the certificate: one that asks already, one that has such a name, the sample's, the only one.
const IniSection* choose(const IniFile& file, const std::vector<std::string>& wished) {
    std::vector<const IniSection*> sites;
    for (const IniSection& section : file.sections)
        if (is_site(section)) sites.push_back(&section);
    const auto first = [&](auto fits) {
        const auto found = std::find_if(sites.begin(), sites.end(), fits);
        return found == sites.end() ? nullptr : *found;
    };
    if (const auto* asking = first([](const IniSection* site) { return asks_ca(*site); })) return asking;
    const auto* named = first([&](const IniSection* site) {
        const auto names = names_of(*site);
        return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return has(wished, name); });
    });
    if (named != nullptr) return named;
    if (const auto* sample = first([](const IniSection* site) { return is_of_sample(names_of(*site)); })) return sample;
    return sites.size() == 1 ? sites.front() : nullptr;
}

std::string first_of(const std::string& list) { return std::string(split(list, ',').front()); }

// What the site's own section says, else [acme], else the default.
std::string ca_of(const IniFile& file, const IniSection* site) {
    std::string ca = site == nullptr ? std::string() : value_of(*site, "ca");
    if (ca.empty()) ca = first_of(value_of(file, "acme", "ca"));
    return ca.empty() ? "letsencrypt" : ca;
}

// A section that is not there yet, for a site with that name.
std::string new_title(const IniFile& file, const std::string& name) {
    std::string title = "site " + (folder_of(name).ok() ? name : "first");
    for (int n = 2; find(file, title) != nullptr; ++n) title = "site first-" + std::to_string(n);
    return title;
}

// Whether [deploy NAME] speaks of the site.
bool is_mentioned(const IniFile& file, const std::string& site) {
    return std::any_of(file.sections.begin(), file.sections.end(), [&](const IniSection& section) {
        const std::string list = value_of(section, "certificate");
        const auto named = split(list, ',');
        return section.kind == "deploy" && std::find(named.begin(), named.end(), site) != named.end();
    });
}

class Writer {
public:
    Writer(std::string_view text, const FirstWish& wish) : file_(read_ini(text, {})), edit_(text), wish_(wish), site_(choose(file_, wish.names)) {
        if (site_ == nullptr) title_ = new_title(file_, wish.names.front());
        else title_ = site_->title();
    }

    FirstEdit write() {
        set("acme", "agree_tos", "yes");
        if (!wish_.email.empty()) set("acme", "email", wish_.email);
        write_ca();
        write_site();
        FirstEdit done;
        done.by_hand = std::move(by_hand_);
        if (site_ != nullptr) rename();
        done.text = edit_.text();
        done.changes = edit_.changes();
        done.certificate = folder_of(title_.substr(std::string_view("site ").size())).value_or("");
        return done;
    }

private:
    void set(const std::string& title, std::string_view key, std::string_view value) {
        const bool fresh = !edit_.has_section(title);
        if (!fresh && value_of(file_, title, key) == value) return;
        const std::string where = fresh || find(file_, title) == nullptr ? "the end of the file" : "[" + title + "]";
        if (by_hand_.empty() || by_hand_.back().where != where) by_hand_.push_back({where, {}});
        if (fresh) by_hand_.back().lines.push_back("[" + title + "]");
        by_hand_.back().lines.push_back(std::string(key).append(" = ").append(value));
        edit_.set(title, key, value);
    }

    void write_ca() {
        const std::string ca = ca_of(file_, site_);
        if (wish_.ca.empty() || wish_.ca == ca) return;
        const bool own = site_ != nullptr && !value_of(*site_, "ca").empty();
        set(own ? title_ : "acme", "ca", wish_.ca);
    }

    void write_site() {
        const bool implied = site_ != nullptr && value_of(*site_, "names").empty() && names_of(*site_) == wish_.names;
        if (!implied) set(title_, "names", join(wish_.names, ", "));
        if (site_ == nullptr) return write_profile();
        if (const std::string old = value_of(*site_, "certificate"); !old.empty() && old != "acme") set(title_, "certificate", "acme");
        if (const std::string old = lower(value_of(*site_, "canonical")); !old.empty() && !has(wish_.names, old))
            set(title_, "canonical", wish_.names.front());
        write_profile();
    }

    void write_profile() {
        const std::string ca = wish_.ca.empty() ? ca_of(file_, site_) : wish_.ca;
        const bool needed = std::find(std::begin(kPresets), std::end(kPresets), ca) != std::end(kPresets) &&
                            std::any_of(wish_.names.begin(), wish_.names.end(), [](const std::string& name) { return net::is_ip_literal(name); });
        const std::string own = site_ == nullptr ? std::string() : value_of(*site_, "profile");
        const std::string now = own.empty() ? value_of(file_, "acme", "profile") : own;
        if (needed && first_of(now) != kProfileOfAddresses) set(title_, "profile", kProfileOfAddresses);
    }

    // A section that is named after a name which it has no more would be read as if it had it.
    void rename() {
        const std::string& old = site_->name;
        const std::string& fresh = wish_.names.front();
        if (!has(names_of(*site_), lower(old)) || has(wish_.names, lower(old)) || is_mentioned(file_, old)) return;
        if (!folder_of(fresh).ok() || find(file_, "site " + fresh) != nullptr) return;
        edit_.rename(title_, "site " + fresh);
        title_ = "site " + fresh;
    }

    IniFile file_;
    IniEdit edit_;
    const FirstWish& wish_;
    const IniSection* site_;  // in file_; null: a new one
    std::string title_;
    std::vector<FirstEdit::Lines> by_hand_;
};

}  // namespace

FirstSite look_for_first_site(std::string_view text) {
    const IniFile file = read_ini(text, {});
    const auto asking = std::count_if(file.sections.begin(), file.sections.end(),
                                      [](const IniSection& section) { return is_site(section) && asks_ca(section); });
    FirstSite first;
    first.open = asking < 2;
    first.asks = asking == 1;
    const IniSection* site = choose(file, {});
    if (site != nullptr) first.section = site->title();
    if (site != nullptr && !is_of_sample(names_of(*site))) first.names = names_of(*site);
    first.ca = ca_of(file, site);
    first.email = value_of(file, "acme", "email");
    return first;
}

std::string_view terms_of(std::string_view ca) {
    return choices_beside(ca).empty() ? "" : "https://letsencrypt.org/repository/";
}

std::vector<std::string> choices_beside(std::string_view ca) {
    if (std::find(std::begin(kPresets), std::end(kPresets), ca) == std::end(kPresets)) return {};
    return {std::begin(kPresets), std::end(kPresets)};
}

FirstEdit write_first_site(std::string_view text, const FirstWish& wish) { return Writer(text, wish).write(); }

FirstNames read_first_names(const std::vector<std::string>& texts) {
    FirstNames read;
    const auto fault = [&](std::string text) { read.faults.push_back({{}, 0, {}, "names", std::move(text)}); };
    if (texts.empty()) fault("a name is missing; write the one by which this device is reached, such as www.example.org");
    if (texts.size() > kMostFirstNames) {
        fault(std::to_string(texts.size()) + " names; allowed: at most " + std::to_string(kMostFirstNames) + " in one certificate");
        return read;
    }
    for (const std::string& text : texts) {
        const auto name = parse_site_name(trim(text));
        if (!name.ok()) fault(name.error().text());
        else if (is_wildcard(*name))
            fault("'" + *name + "' stands for many names, for which the CA asks a proof that is not in this version yet; list the names one by one");
        else if (!has(read.names, *name)) read.names.push_back(*name);
    }
    return read;
}

}  // namespace postern::config
