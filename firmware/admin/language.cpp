#include "firmware/admin/language.h"

#include <algorithm>
#include <array>

#include "firmware/admin/browser_check.h"
#include "server/base/text.h"
#include "server/http/message.h"
#include "www/assets.h"

namespace postern::admin {
namespace {

constexpr std::array<std::string_view, 2> kLanguages = {"en", "ja"};  // the first where nothing else is asked

// The one of ours that a tag such as "ja-JP" means (RFC 4647 section 3.3.1: its first part decides); empty: none.
std::string_view spoken(std::string_view tag) {
    const auto* at = std::find_if(kLanguages.begin(), kLanguages.end(),
                                  [&](std::string_view each) { return equal_no_case(each, tag.substr(0, tag.find('-'))); });
    return at == kLanguages.end() ? std::string_view() : *at;
}

// 0 to 1000; a weight that cannot be read counts as 1, as none does.
int weight_of(std::string_view range) {
    const auto q = range.find("q=");
    if (q == std::string_view::npos) return 1000;
    const std::string_view text = range.substr(q + 2);
    if (text.empty() || text[0] != '0') return 1000;
    int weight = 0, unit = 100;
    for (std::size_t i = 2; i < std::min<std::size_t>(text.size(), 5) && text[i] >= '0' && text[i] <= '9'; ++i, unit /= 10)
        weight += (text[i] - '0') * unit;
    return weight;
}

std::string_view accepted(std::string_view field) {
    std::string_view best;
    int most = 0;
    for (const std::string_view range : split(field, ',')) {
        const std::string_view language = spoken(trim(range.substr(0, range.find(';'))));
        const int weight = weight_of(range);
        if (language.empty() || weight <= most) continue;
        best = language;
        most = weight;
    }
    return best;
}

// What stands between the next two quotes of `text`, which is left behind them; empty at the end.
std::string_view next_quoted(std::string_view& text) {
    const auto open = text.find('"');
    const auto close = open == std::string_view::npos ? open : text.find('"', open + 1);
    if (close == std::string_view::npos) return text = {};
    const auto quoted = text.substr(open + 1, close - open - 1);
    text.remove_prefix(close + 1);
    return quoted;
}

}  // namespace

Words::Words(std::string_view language) : language_(language) {
    const auto* asset = www::find("admin/words/" + std::string(language) + ".json");
    std::string_view rest = asset == nullptr ? std::string_view() : asset->data;
    for (auto key = next_quoted(rest); !key.empty(); key = next_quoted(rest)) texts_.emplace_back(key, next_quoted(rest));
    std::sort(texts_.begin(), texts_.end());
}

std::optional<std::string_view> Words::find(std::string_view key) const {
    const auto at = std::lower_bound(texts_.begin(), texts_.end(), key, [](const Slot& each, std::string_view wanted) { return each.first < wanted; });
    if (at == texts_.end() || at->first != key) return std::nullopt;
    return at->second;
}

TextSource Words::source() const {
    return [this](std::string_view name) { return has_prefix(name, "w.") ? find(name.substr(2)) : std::nullopt; };
}

const Words& Words::in(std::string_view language) {
    static const Words english("en"), japanese("ja");
    return spoken(language) == "ja" ? japanese : english;
}

std::string Words::say(std::string_view key, std::initializer_list<Slot> slots) const {
    const auto found = find(key);
    if (!found) return std::string(key);
    std::string out;
    std::string_view rest = *found;
    while (true) {  // one pass: a value that looks like a slot stays as it is
        const auto open = rest.find('{');
        const auto close = open == std::string_view::npos ? open : rest.find('}', open);
        out += rest.substr(0, close == std::string_view::npos ? close : open);
        if (close == std::string_view::npos) return out;
        const auto name = rest.substr(open + 1, close - open - 1);
        const auto* slot = std::find_if(slots.begin(), slots.end(), [&](const Slot& each) { return each.first == name; });
        out += slot == slots.end() ? rest.substr(open, close - open + 1) : slot->second;
        rest.remove_prefix(close + 1);
    }
}

std::string Words::count(std::string_view key, long long n) const {
    return say(std::string(key) + (n == 1 ? ".one" : ".other"), {{"n", std::to_string(n)}});
}

std::string_view language_of(const http::Request& request) {
    for (const std::string_view pair : split(request.query, '&'))
        if (has_prefix(pair, "lang=") && !spoken(pair.substr(5)).empty()) return spoken(pair.substr(5));
    if (const auto kept = spoken(cookie_of(request, "lang")); !kept.empty()) return kept;
    const auto best = accepted(request.field("accept-language"));
    return best.empty() ? kLanguages.front() : best;
}

}  // namespace postern::admin
