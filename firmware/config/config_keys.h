// Every section and key of the INI in ONE table: default, what is allowed, help, and how the value gets into Config. The
// checks, the hints, `check --print`, the sample of `init` and the manual all come from it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config.h"

namespace postern::config {

// Where the keys of the section at hand are written to; those of other kinds are not used.
struct Draft {
    ServerSection* server = nullptr;
    AcmeSection* acme = nullptr;
    CaSection* ca = nullptr;
    SiteSection* site = nullptr;
    AdminSection* admin = nullptr;
    NotifySection* notify = nullptr;
    HooksSection* hooks = nullptr;
    DeploySection* deploy = nullptr;
    FileSystem* files = nullptr;  // to look whether a named file or folder exists
    std::string folder;           // of the INI, with its slash: relative paths begin there
};

struct Binding {
    Result<void> (*take)(Draft& draft, std::string_view value);
    std::string (*show)(const Draft& draft);  // empty: not set
    bool repeats = false;  // the key may stand several times: take() adds what one line says, show() gives all of them as lines
};

enum class Reload : unsigned char { kTakes, kNeedsRestart };

struct KeyRow {
    std::string_view section;   // kind: "server", "site" ...
    std::string_view name;
    std::string_view standard;  // the default as one would write it; empty: none
    std::string_view sample;    // for the sample INI; with '!' in front it stands there as a line in use
    std::string_view allowed;   // ends the sentence "allowed: ..."
    std::string_view help;
    Binding binding;
    Reload reload = Reload::kTakes;
};

struct SectionRow {
    std::string_view kind;
    std::string_view sample_name;  // "example.org" of [site example.org]; empty: the section has no name
    bool in_use;                   // in the sample; else commented out
    std::string_view help;
};

std::span<const SectionRow> section_rows();
std::span<const KeyRow> key_rows();

const SectionRow* find_section(std::string_view kind);
const KeyRow* find_key(std::string_view section, std::string_view name);

// Known from the contract, but a later version's.
bool is_later_key(std::string_view section, std::string_view name);
std::vector<std::string_view> names_of_later_keys(std::string_view section);
bool is_later_section(std::string_view kind);

std::vector<std::string_view> names_of_keys(std::string_view section);
std::vector<std::string_view> kinds_of_sections();

// The annotated sample: what `postern init` writes and board/etc/postern.ini holds.
std::string sample_ini();

}  // namespace postern::config
