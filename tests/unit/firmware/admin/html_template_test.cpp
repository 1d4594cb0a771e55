#include "firmware/admin/html_template.h"

#include <doctest.h>

#include "server/base/text.h"

using namespace postern;
using namespace postern::admin;

namespace {

// "<error> ..." for a failure, so that both stand in one table.
std::string filled(std::string_view page, const Values& values) {
    const auto result = fill(page, values);
    return result ? *result : "<error> " + result.error().text();
}

Values sample() {
    Values values;
    values.texts = {{"name", "a<b"}, {"other", "outer"}, {"empty", ""}};
    Values one, two;
    one.texts = {{"item", "1"}, {"name", "inner"}};
    two.texts = {{"item", "2"}};
    two.lists["sub"] = {one};
    one.lists["sub"] = {};
    values.lists["items"] = {one, two};
    values.lists["sub"] = {};
    values.flag("yes", true);
    values.flag("no", false);
    return values;
}

}  // namespace

TEST_CASE("template: slots, sections and what is wrong with them") {
    struct Row {
        std::string_view page, expected;
    };
    static constexpr Row kRows[] = {
        {"", ""},
        {"plain } { text", "plain } { text"},
        {"{{name}}", "a&lt;b"},
        {"x{{empty}}y", "xy"},
        {"{{#yes}}on{{/yes}}{{#no}}off{{/no}}", "on"},
        {"{{^yes}}off{{/yes}}{{^no}}on{{/no}}", "on"},
        {"{{#items}}[{{item}} {{name}} {{other}}]{{/items}}", "[1 inner outer][2 a&lt;b outer]"},
        {"{{#items}}{{#sub}}({{item}}){{/sub}}{{^sub}}none{{/sub}};{{/items}}", "none;(1);"},
        {"{{#yes}}a{{#yes}}b{{/yes}}c{{/yes}}", "abc"},
        {"{{#yes}}a{{^yes}}b{{/yes}}c{{/yes}}", "ac"},
        {"{{missing}}", "<error> page template: nothing fills {{missing}}"},
        {"{{#missing}}{{/missing}}", "<error> page template: nothing fills {{missing}}"},
        {"{{#name}}{{/name}}", "<error> page template: nothing fills {{name}}"},
        {"{{#yes}}", "<error> page template: {{#yes}} never ends"},
        {"{{name", "<error> page template: {{ without a name"},
        {"{{}}", "<error> page template: {{ without a name"},
        {"{{/yes}}", "<error> page template: nothing fills {{/yes}}"},
    };
    for (const auto& row : kRows) {
        CAPTURE(row.page);
        CHECK(filled(row.page, sample()) == row.expected);
    }
}

TEST_CASE("template: a value cannot become a slot or markup") {
    Values values;
    values.texts = {{"a", "{{b}}<i>"}, {"b", "secret"}};
    CHECK(filled("{{a}}", values) == "{{b}}&lt;i&gt;");
}

TEST_CASE("template: sections too deep end in an error, not in a crash") {
    Values values;
    values.flag("s", true);
    std::string page;
    for (int i = 0; i < 10000; ++i) page += "{{#s}}";
    CHECK(has_prefix(filled(page, values), "<error>"));
}

TEST_CASE("html_escape: markup, controls, broken UTF-8, characters that disguise") {
    const std::string r = "\xEF\xBF\xBD";  // U+FFFD
    const std::pair<std::string, std::string> rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"<script>\"'&", "&lt;script&gt;&quot;&#39;&amp;"},
        {"é 日本 🔑", "é 日本 🔑"},
        {"tab\tand\nline", "tab\tand\nline"},
        {"\r", r},
        {std::string("\0", 1), r},
        {"\x1b[31m", r + "[31m"},
        {"\x7f", r},
        {"\xc2\x85", r},                        // C1 control
        {"\xff", r},                            // never in UTF-8
        {"\xc3", r},                            // cut short
        {"\xc0\xbc", r + r},                    // "<" in two bytes: too long a form
        {"\xe0\x80\xbc", r + r + r},            // and in three
        {"\xf0\x80\x80\xbc", r + r + r + r},    // and in four
        {"\xed\xa0\x80", r + r + r},            // surrogate
        {"\xf4\x90\x80\x80", r + r + r + r},    // beyond U+10FFFF
        {"\xe2\x82<", r + r + "&lt;"},          // a broken sequence eats nothing after it
        {"a\xe2\x80\xae" "b", "a" + r + "b"},   // right-to-left override
        {"\xe2\x81\xa6", r},                    // isolate
        {"\xe2\x80\xa8", r},                    // line separator
        {"\xef\xbb\xbf", r},                    // byte order mark
    };
    for (const auto& row : rows) {
        CAPTURE(to_hex(row.first));
        CHECK(html_escape(row.first) == row.second);
    }
}
