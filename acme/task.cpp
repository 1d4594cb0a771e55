#include "acme/task.h"

#include <array>
#include <utility>

#include "server/base/text.h"

namespace postern::acme {

static constexpr std::array<std::pair<std::string_view, int>, 4> kReasons = {
    {{"unspecified", 0}, {"keyCompromise", 1}, {"superseded", 4}, {"cessationOfOperation", 5}}};

std::vector<std::string_view> revocation_reasons() {
    std::vector<std::string_view> names;
    names.reserve(kReasons.size());
    for (const auto& [name, code] : kReasons) names.push_back(name);
    return names;
}

std::optional<int> revocation_reason(std::string_view name) {
    for (const auto& [word, code] : kReasons)
        if (equal_no_case(word, name)) return code;
    return std::nullopt;
}

}  // namespace postern::acme
