#include "firmware/config/fault.h"

#include <algorithm>

namespace postern::config {

std::string Fault::print() const {
    std::string out = file + ":";
    if (line > 0) out += std::to_string(line) + ":";
    if (!section.empty()) out += " [" + section + "]";
    if (!key.empty()) out += " " + key;
    if (!section.empty() || !key.empty()) out += ":";
    return out + " " + text;
}

void sort_by_line(std::vector<Fault>& faults) {
    std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.line < b.line; });
}

}  // namespace postern::config
