#include "acme/preflight/finding.h"

#include <algorithm>

namespace postern::acme::preflight {

std::string_view name_of(Level level) {
    switch (level) {
        case Level::kOk: return "ok";
        case Level::kNote: return "note";
        case Level::kWarning: return "warning";
        case Level::kFault: return "fault";
    }
    return "unknown";
}

Level worst_of(const std::vector<Finding>& findings) {
    Level worst = Level::kOk;
    for (const Finding& finding : findings) worst = std::max(worst, finding.level);
    return worst;
}

std::string remedy_of(const Finding& finding) {
    if (finding.paste.empty()) return finding.change;
    const bool brief = finding.paste.size() == 1 && finding.paste.front().lines.size() == 1;
    return finding.change + " " + (brief ? finding.paste.front().lines.front() : "postern check --preflight shows the lines to paste.");
}

std::string sentence_of(const Finding& finding) {
    std::string text = finding.about + ": " + finding.seen;
    if (!finding.result.empty()) text += " " + finding.result;
    return finding.change.empty() ? text : text + " To do: " + remedy_of(finding);
}

}  // namespace postern::acme::preflight
