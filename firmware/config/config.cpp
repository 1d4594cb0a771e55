#include "firmware/config/config.h"

#include <algorithm>
#include <cerrno>

#include "firmware/config/config_keys.h"
#include "firmware/config/reading.h"
#include "server/base/limits.h"

namespace postern::config {

// Nobody reads more at once, and a router's memory has an end.
static constexpr std::size_t kMostFaults = 1000;

const IniSection* Reading::find(const std::string& title) const {
    const auto at = std::find_if(ini.sections.begin(), ini.sections.end(),
                                 [&](const IniSection& section) { return section.title() == title; });
    return at == ini.sections.end() ? nullptr : &*at;
}

int Reading::line_of(const std::string& title, std::string_view key) const {
    const IniSection* section = find(title);
    if (section == nullptr) return 0;
    for (const IniEntry& entry : section->entries) {
        if (entry.key == key) return entry.line;
    }
    return section->line;
}

bool Reading::is_written(const std::string& title, std::string_view key) const {
    const IniSection* section = find(title);
    return section != nullptr && std::any_of(section->entries.begin(), section->entries.end(),
                                             [&](const IniEntry& entry) { return entry.key == key; });
}

bool Reading::is_faulty(const std::string& title, std::string_view key) const {
    return faulty_.contains({title, std::string(key)});
}

bool Reading::has_fault_in(const std::string& title) const {
    const auto at = faulty_.lower_bound({title, ""});
    return at != faulty_.end() && at->first == title;
}

void Reading::fault(const std::string& title, std::string_view key, std::string text, int other_line) {
    const int line = line_of(title, key);
    fault_at(line > 0 ? line : other_line, title, key, std::move(text));
}

void Reading::fault_at(int line, const std::string& title, std::string_view key, std::string text) {
    faulty_.emplace(title, key);
    if (faults.size() > kMostFaults) return;
    if (faults.size() == kMostFaults) text = "and more faults; mend these first";
    faults.push_back({config.file, line, title, std::string(key), std::move(text)});
}

namespace {

Fault cannot_be_read(const std::string& path, const Error& error) {
    Fault fault{path, 0, {}, {}, error.text()};
    if (error.number() == ENOENT) fault.text = "there is no such file; make one: postern init " + path;
    if (error.number() == EACCES) fault.text = "no permission to read it; try as root (sudo)";
    return fault;
}

}  // namespace

ConfigOrFaults read_config(FileSystem& files, const std::string& path, bool as_root) {
    const auto text = files.read(path, limits::kConfigFile);
    if (!text.ok()) return {std::nullopt, {cannot_be_read(path, text.error())}};
    return read_config_text(files, path, *text, as_root);
}

ConfigOrFaults read_config_text(FileSystem& files, const std::string& path, std::string_view text, bool as_root) {
    Reading reading(files, as_root, read_ini(text, path));
    reading.config.file = path;
    reading.faults = reading.ini.faults;
    read_sections(reading);
    check_whole(reading);
    sort_by_line(reading.faults);
    if (!reading.faults.empty()) return {std::nullopt, std::move(reading.faults)};
    return {std::move(reading.config), {}};
}

Result<std::string> read_state_folder(FileSystem& files, const std::string& path) {
    const auto text = files.read(path, limits::kConfigFile);
    if (!text.ok()) return Error::admin(cannot_be_read(path, text.error()).print());
    const KeyRow& row = *find_key("server", "state");
    ServerSection server;
    Draft draft;
    draft.server = &server;
    TRY_VOID(row.binding.take(draft, row.standard));
    const IniFile ini = read_ini(*text, path);
    for (const IniSection& section : ini.sections) {
        for (const IniEntry& entry : section.entries) {
            if (section.title() != "server" || entry.key != row.name || entry.value.empty()) continue;
            TRY_VOID(row.binding.take(draft, entry.value));
        }
    }
    return server.state;
}

}  // namespace postern::config
