// The annotated sample INI, written from the table of keys.
#include "firmware/config/config_keys.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::size_t kWidth = 80;

constexpr std::string_view kHead =
    "Postern's configuration, with every key that this version knows. To begin: put the names of your site below [site "
    "example.org], set agree_tos and email below [acme], and take out certificate = self-signed. Then: 'postern check', "
    "which tells every fault of this file with its line.";

constexpr std::string_view kReading =
    "A line that begins with '#' is not in force. To set a key, take the '#' in front of it away and write your value. Above "
    "each key stands its default, which holds as long as the line is not in force; what the line shows is that default, or "
    "an example where it says so. A comment stands on a line of its own. 'postern check --print' shows what is in effect, "
    "'postern reload' puts a change into service.";

// Comment lines of at most kWidth columns.
std::string comment(std::string_view text) {
    std::string out, line = "#";
    for (const std::string_view word : split(text, ' ')) {
        if (line.size() + 1 + word.size() > kWidth) {
            out += line + "\n";
            line = "#";
        }
        line += " " + std::string(word);
    }
    return out + line + "\n";
}

// What holds without the line, and what the line shows.
std::string about_default(const KeyRow& row, bool in_use) {
    std::string text = row.standard.empty() ? "Default: not set" : "Default: " + std::string(row.standard);
    const bool example = !in_use && !row.sample.empty() && row.sample != row.standard;
    return example ? text + "; an example:" : text;
}

std::string key_lines(const KeyRow& row, bool section_in_use) {
    std::string_view value = row.sample.empty() ? row.standard : row.sample;
    const bool in_use = section_in_use && has_prefix(value, "!");
    if (has_prefix(value, "!")) value.remove_prefix(1);
    return comment(std::string(row.help) + " Allowed: " + std::string(row.allowed) + ".") + comment(about_default(row, in_use)) +
           (in_use ? "" : "#") + std::string(row.name) + " = " + std::string(value) + "\n";
}

}  // namespace

std::string sample_ini() {
    std::string out = comment(kHead) + "#\n" + comment(kReading);
    for (const SectionRow& section : section_rows()) {
        std::string title(section.kind);
        if (!section.sample_name.empty()) title += " " + std::string(section.sample_name);
        out += "\n\n" + comment(section.help) + (section.in_use ? "" : "#") + "[" + title + "]\n";
        for (const KeyRow& row : key_rows()) {
            if (row.section == section.kind) out += "\n" + key_lines(row, section.in_use);
        }
    }
    return out;
}

}  // namespace postern::config
