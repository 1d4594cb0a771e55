#include "firmware/admin/html_template.h"

#include <cstdint>
#include <optional>

#include "server/base/text.h"
#include "server/base/utf8.h"

namespace postern::admin {
namespace {

constexpr int kDeepest = 8;  // sections within sections; the page needs three

// The values of a section with those around it.
struct Scope {
    const Values& values;
    const Scope* outer;
    const TextSource& around;
};

std::optional<std::string_view> find_text(const Scope& innermost, std::string_view name) {
    for (const Scope* scope = &innermost; scope != nullptr; scope = scope->outer)
        if (const auto at = scope->values.texts.find(name); at != scope->values.texts.end()) return at->second;
    return innermost.around ? innermost.around(name) : std::nullopt;
}

const std::vector<Values>* find_list(const Scope* scope, std::string_view name) {
    for (; scope != nullptr; scope = scope->outer)
        if (const auto at = scope->values.lists.find(name); at != scope->values.lists.end()) return &at->second;
    return nullptr;
}

Error no_such(std::string_view name) { return Error::bug("page template: nothing fills {{" + std::string(name) + "}}"); }

// Where the section that `rest` is inside of ends: the place of its own {{/name}}, sections of that name within counted.
std::size_t end_of_section(std::string_view rest, std::string_view name) {
    const std::string end = "{{/" + std::string(name) + "}}";
    const std::string again = "#" + std::string(name) + "}}";
    const std::string unless = "^" + std::string(name) + "}}";
    int open = 1;
    for (std::size_t at = rest.find("{{"); at != std::string_view::npos; at = rest.find("{{", at + 2)) {
        const auto tag = rest.substr(at + 2);
        if (has_prefix(tag, again) || has_prefix(tag, unless)) ++open;
        if (has_prefix(rest.substr(at), end) && --open == 0) return at;
    }
    return std::string_view::npos;
}

Result<void> fill_into(std::string& out, std::string_view page, const Scope& scope, int depth);

Result<void> fill_section(std::string& out, char kind, std::string_view name, std::string_view inner, const Scope& scope,
                          int depth) {
    const auto* list = find_list(&scope, name);
    if (list == nullptr) return no_such(name);
    if (kind == '^') return list->empty() ? fill_into(out, inner, scope, depth + 1) : Result<void>();
    for (const Values& element : *list) TRY_VOID(fill_into(out, inner, Scope{element, &scope, scope.around}, depth + 1));
    return {};
}

Result<void> fill_into(std::string& out, std::string_view page, const Scope& scope, int depth) {
    if (depth > kDeepest) return Error::bug("page template: sections nested too deep");
    while (true) {
        const auto open = page.find("{{");
        out += page.substr(0, open);
        if (open == std::string_view::npos) return {};
        const auto close = page.find("}}", open);
        if (close == std::string_view::npos || close == open + 2) return Error::bug("page template: {{ without a name");
        auto name = page.substr(open + 2, close - open - 2);
        page.remove_prefix(close + 2);
        const char kind = name.front();
        if (kind != '#' && kind != '^') {
            const auto text = find_text(scope, name);
            if (!text) return no_such(name);
            out += html_escape(*text);
            continue;
        }
        name.remove_prefix(1);
        const auto end = end_of_section(page, name);
        if (end == std::string_view::npos) return Error::bug("page template: {{#" + std::string(name) + "}} never ends");
        TRY_VOID(fill_section(out, kind, name, page.substr(0, end), scope, depth));
        page.remove_prefix(end + name.size() + 5);  // {{/name}}
    }
}

bool is_shown(std::uint32_t c) {
    if (c == '\t' || c == '\n') return true;
    const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    // Unicode's Bidi_Control characters, line and paragraph separators, and the byte order mark
    const bool disguise = c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
                          (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
    return !control && !disguise;
}

std::string_view entity_of(std::uint32_t c) {
    switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return {};
    }
}

}  // namespace

Result<std::string> fill(std::string_view page, const Values& values, const TextSource& around) {
    std::string out;
    out.reserve(page.size() * 2);
    TRY_VOID(fill_into(out, page, Scope{values, nullptr, around}, 0));
    return out;
}

std::string html_escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto c = first_code_point(text);
        const std::size_t size = c ? c->size : 1;
        if (!c || !is_shown(c->value)) {
            out += kReplacementCharacter;
        } else if (const auto entity = entity_of(c->value); !entity.empty()) {
            out += entity;
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size);
    }
    return out;
}

}  // namespace postern::admin
