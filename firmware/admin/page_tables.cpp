#include "firmware/admin/page_tables.h"

#include <optional>
#include <string>
#include <vector>

#include "firmware/admin/words.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

Values cell(std::string_view text) {
    Values values;
    values.texts["text"] = text;
    values.lists["at"] = {};
    return values;
}

// One that says when, if it says anything.
Values cell(const std::optional<WallTime>& at, const Words& words) {
    Values values = cell("");
    if (!at) return values;
    values.lists["at"].emplace_back().texts = {{"at_iso", to_rfc3339(at->time_since_epoch().count())}, {"at_moment", moment_words(*at, words)}};
    return values;
}

Values row(std::vector<Values> cells) {
    Values values;
    values.lists["cells"] = std::move(cells);
    return values;
}

// One that unfolds; `heads`: keys of words. Nothing to tell: no table.
void add_table(Values& page, const char* id, const std::vector<const char*>& heads, std::vector<Values> rows, const Words& words) {
    if (rows.empty()) return;
    Values table;
    table.texts = {{"id", id}, {"title", words.say(id)}};
    auto& cells = table.lists["heads"];
    for (const char* key : heads) cells.emplace_back().texts["text"] = words.say(key);
    table.lists["rows"] = std::move(rows);
    page.lists["tables"].push_back(std::move(table));
}

std::string served_by(const ServerFacts::Site& site, const Words& words) {
    const std::string content = site.root.empty() ? words.say("sites.welcome") : site.root;
    return site.canonical.empty() ? content : words.say("sites.sent", {{"content", content}, {"name", site.canonical}});
}

void add_sites(Values& page, const std::vector<ServerFacts::Site>& sites, const Words& words) {
    std::vector<Values> rows;
    rows.reserve(sites.size());
    for (const auto& site : sites)
        rows.push_back(row({cell(join(site.names, ", ")), cell(served_by(site, words)), cell(join(site.certificates, ", "))}));
    add_table(page, "sites", {"sites.names", "sites.content", "certificate"}, std::move(rows), words);
}

// "https://ca.example/directory" -> "ca.example"
std::string_view host_of(std::string_view url) {
    if (const auto at = url.find("://"); at != std::string_view::npos) url.remove_prefix(at + 3);
    return url.substr(0, url.find('/'));
}

// What is left under the limits that an authority publishes; most publish none.
void add_limits(Values& page, const acme::StatusSnapshot& status, const Words& words) {
    std::vector<Values> rows;
    for (const auto& limit : status.ledger.value_or(std::vector<acme::Ledger::State>{}))
        rows.push_back(row({cell(host_of(limit.directory_url)), cell(limit.limit), cell(std::to_string(limit.left)), cell(limit.next, words)}));
    add_table(page, "limits", {"start.ca", "limits.limit", "limits.left", "limits.next"}, std::move(rows), words);
}

void add_about(Values& page, const acme::StatusSnapshot& status, const Words& words) {
    const auto clock = "clock." + status.clock_source;
    add_table(page, "about", {},
              {row({cell(words.say("clock")), cell(words.say(clock))}), row({cell(words.say("sandbox")), cell(words.say("sandbox.none"))})},
              words);
}

}  // namespace

void add_tables(Values& page, const acme::StatusSnapshot& status, const ServerFacts& facts, const Words& words) {
    page.lists["tables"] = {};
    add_sites(page, facts.sites, words);
    add_limits(page, status, words);
    add_about(page, status, words);
}

}  // namespace postern::admin
