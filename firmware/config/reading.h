// What is known while a configuration is being read: the lines, what became of them, and the faults so far. Passed between
// the parts of the reader: sections and keys (read_sections), then what only the whole file can show (check_whole).
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/config/config.h"
#include "firmware/config/ini.h"

namespace postern::config {

struct Reading {
    Reading(FileSystem& system, bool root, IniFile lines) : files(system), as_root(root), ini(std::move(lines)) {}

    FileSystem& files;
    bool as_root;
    IniFile ini;
    Config config;
    std::vector<Fault> faults;

    // A fault of a key, at its line; where it is not written at the section's line, else at `other_line`.
    void fault(const std::string& title, std::string_view key, std::string text, int other_line = 0);
    void fault_at(int line, const std::string& title, std::string_view key, std::string text);

    int line_of(const std::string& title, std::string_view key) const;  // 0: nowhere
    bool has_section(const std::string& title) const { return find(title) != nullptr; }
    bool is_written(const std::string& title, std::string_view key) const;
    // Its value could not be taken, which was told: what follows from it is not worth another fault.
    bool is_faulty(const std::string& title, std::string_view key) const;
    bool has_fault_in(const std::string& title) const;

private:
    const IniSection* find(const std::string& title) const;
    std::set<std::pair<std::string, std::string>> faulty_;
};

// Fills config.server, acme, cas, sites, admin, notify and hooks key by key, from the table.
void read_sections(Reading& reading);

// The faults between keys and between sections; afterwards `identity`, `folder` and `wanted` are set.
void check_whole(Reading& reading);
void check_admin(Reading& reading);  // the part of it that is about [admin]; after check_sites
void check_cas(Reading& reading);    // the part of it that is about [ca NAME] and [acme] ca
void check_sites(Reading& reading);  // and about sites
void check_notify(Reading& reading);
void check_sharing(Reading& reading);  // and about who answers and who gets the files; after check_sites
void fill_wanted(Reading& reading, SiteSection& site);           // `wanted` of a site for which a CA is asked
void check_consent(Reading& reading, const SiteSection& site);
inline std::string title_of(const SiteSection& site) { return "site " + site.name; }

// The fault's text for such a word.
std::string about_unknown_ca(const Config& config, const std::string& word);

}  // namespace postern::config
