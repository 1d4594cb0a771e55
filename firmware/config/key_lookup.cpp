// Finding rows of the table, and the words of the contract whose step has not come yet: whoever writes one of those is
// told so, instead of being asked for the spelling.
#include "firmware/config/config_keys.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::config {

namespace {

struct LaterRow {
    std::string_view section, names;
};

// A key moves from here into the table with the step that makes it work.
constexpr LaterRow kLaterKeys[] = {
    {"acme", "dns_hook"},
};

constexpr std::string_view kLaterSections = "network time update fleet";

bool holds(std::string_view words, std::string_view word) {
    const auto list = split(words, ' ');
    return !word.empty() && std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

const SectionRow* find_section(std::string_view kind) {
    const auto rows = section_rows();
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const SectionRow& row) { return row.kind == kind; });
    return at == rows.end() ? nullptr : &*at;
}

const KeyRow* find_key(std::string_view section, std::string_view name) {
    const auto rows = key_rows();
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const KeyRow& row) { return row.section == section && row.name == name; });
    return at == rows.end() ? nullptr : &*at;
}

bool is_later_key(std::string_view section, std::string_view name) {
    return std::any_of(std::begin(kLaterKeys), std::end(kLaterKeys),
                       [&](const LaterRow& row) { return row.section == section && holds(row.names, name); });
}

std::vector<std::string_view> names_of_later_keys(std::string_view section) {
    for (const LaterRow& row : kLaterKeys) {
        if (row.section == section) return split(row.names, ' ');
    }
    return {};
}

bool is_later_section(std::string_view kind) { return holds(kLaterSections, kind); }

std::vector<std::string_view> names_of_keys(std::string_view section) {
    std::vector<std::string_view> names;
    for (const KeyRow& row : key_rows()) {
        if (row.section == section) names.push_back(row.name);
    }
    return names;
}

std::vector<std::string_view> kinds_of_sections() {
    std::vector<std::string_view> kinds;
    for (const SectionRow& row : section_rows()) kinds.push_back(row.kind);
    return kinds;
}

}  // namespace postern::config
