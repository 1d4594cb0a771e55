#include "firmware/checks/finding_text.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::checks {

namespace {

using acme::preflight::Finding;
using acme::preflight::Level;
using acme::preflight::Paste;

constexpr std::size_t kWidth = 79, kIndent = 9;

// A control character from DNS or from a server must not steer the terminal.
std::string safe(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return out;
}

std::string label_of(Level level) {
    switch (level) {
        case Level::kOk: return "ok       ";
        case Level::kNote: return "note     ";
        case Level::kWarning: return "WARNING  ";
        case Level::kFault: return "FAULT    ";
    }
    return "         ";
}

std::string paste_text(const std::vector<Paste>& pastes) {
    std::string out;
    for (const Paste& paste : pastes) {
        out += "\n" + wrap("# " + paste.where, kIndent, kWidth);
        for (const std::string& line : paste.lines) out += std::string(kIndent, ' ') + line + "\n";
    }
    return out;
}

bool same_lines(const Finding& a, const Finding& b) {
    return a.paste.size() == b.paste.size() &&
           std::equal(a.paste.begin(), a.paste.end(), b.paste.begin(), [](const Paste& x, const Paste& y) { return x.lines == y.lines; });
}

std::string paragraph(const std::string& text) { return text.empty() ? "" : wrap(text, kIndent, kWidth); }

std::string counted(std::size_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace

std::string wrap(const std::string& text, std::size_t indent, std::size_t width) {
    const std::string clean = safe(text);
    std::string out, line(indent, ' ');
    for (const std::string_view word : split(clean, ' ')) {
        if (word.empty()) continue;
        const bool first = line.size() == indent;
        if (!first && line.size() + 1 + word.size() > width) {
            out += line + "\n";
            line.assign(indent, ' ');
        }
        line += (line.size() == indent ? "" : " ") + std::string(word);
    }
    return out + line + "\n";
}

std::string findings_text(const std::vector<Finding>& findings) {
    std::string out;
    const Finding* pasted = nullptr;
    bool wide = false;  // the last one was a paragraph
    for (const Finding& finding : findings) {
        const bool brief = finding.level == Level::kOk;
        if (!out.empty() && (wide || !brief)) out += "\n";
        wide = !brief;
        std::string head = wrap(finding.about + (brief ? ": " + finding.seen : ""), kIndent, kWidth);
        out += label_of(finding.level) + head.substr(kIndent);
        if (brief) continue;
        out += paragraph(finding.seen) + paragraph(finding.result);
        if (finding.change.empty()) continue;
        const bool again = pasted != nullptr && !finding.paste.empty() && same_lines(*pasted, finding);
        out += paragraph("To do: " + finding.change + (again ? " (the lines above)" : ""));
        if (again || finding.paste.empty()) continue;
        out += paste_text(finding.paste);
        pasted = &finding;
    }
    return out;
}

std::string verdict_text(const std::vector<Finding>& findings) {
    const auto count = [&](Level level) {
        return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.level == level; }));
    };
    const std::size_t faults = count(Level::kFault), warnings = count(Level::kWarning), notes = count(Level::kNote);
    std::string text;
    if (faults > 0) text = counted(faults, "fault") + ": an order would fail now. Begin with the first one.";
    else text = warnings + notes > 0 ? "No fault." : "All is well.";
    if (warnings > 0) text += " " + counted(warnings, "warning") + ".";
    if (notes > 0) text += " " + counted(notes, "note") + ": what could not be told from here.";
    if (faults == 0)
        text += " Whether a firewall lets strangers in shows from outside only: postern check --probe, and a phone that is not in your WLAN.";
    return wrap(text, 0, kWidth);
}

}  // namespace postern::checks
