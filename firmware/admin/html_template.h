// Fills the slots of an HTML page with values, escaping every one of them: there is no way to insert raw HTML.
// The page's words of markup live in www/, its decisions in page_view.cpp; this file knows neither.
//
//   {{name}}                   the text of `name`, escaped
//   {{#name}} ... {{/name}}    once for each element of the list `name`; inside, its values come before the outer ones
//   {{^name}} ... {{/name}}    when the list `name` is empty
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern::admin {

struct Values {
    std::map<std::string, std::string, std::less<>> texts;
    std::map<std::string, std::vector<Values>, std::less<>> lists;

    // A list of one empty element or of none: a condition.
    void flag(const std::string& name, bool on) { lists[name] = std::vector<Values>(on ? 1 : 0); }
};

// Texts by their names, for more pages than one, such as the words of a language.
using TextSource = std::function<std::optional<std::string_view>(std::string_view name)>;

// kBug, naming the slot, for a name that no value has or a section that does not close. `around` is asked for names that
// no value has.
Result<std::string> fill(std::string_view page, const Values& values, const TextSource& around = {});

// Text that is safe between tags and in quoted attributes. Control characters (but tab and newline), bytes that are not
// UTF-8, and characters that turn the direction of writing become U+FFFD: nothing from outside can disguise itself.
std::string html_escape(std::string_view text);

}  // namespace postern::admin
