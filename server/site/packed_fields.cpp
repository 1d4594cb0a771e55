#include "server/site/packed_fields.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "server/base/text.h"
#include "server/site/type_patterns.h"

namespace postern::site {
namespace {

struct Line {
    std::string_view name, value, all;
};

std::optional<Line> next_line(std::string_view& rest) {
    const std::size_t end = rest.find("\r\n"), colon = rest.find(':');
    if (end == rest.npos || colon > end) return std::nullopt;
    const Line line{rest.substr(0, colon), trim(rest.substr(colon + 1, end - colon - 1)), rest.substr(0, end + 2)};
    rest.remove_prefix(end + 2);
    return line;
}

bool lists(std::string_view value, std::string_view item) {
    const std::vector<std::string_view> items = split(value, ',');
    return std::any_of(items.begin(), items.end(), [&](std::string_view one) { return equal_no_case(one, item); });
}

struct Said {
    std::string_view type, tag;
    unsigned types = 0;
    bool is_fixed = false;  // nothing is to be done to it
    bool varies = false;
};

void note(const Line& line, Said& said) {
    if (equal_no_case(line.name, "content-type")) {
        said.type = line.value;
        ++said.types;
    } else if (equal_no_case(line.name, "etag")) {
        said.tag = line.value;
    } else if (equal_no_case(line.name, "vary")) {
        said.varies = said.varies || lists(line.value, "accept-encoding") || lists(line.value, "*");
    } else if (equal_no_case(line.name, "content-encoding")) {
        said.is_fixed = said.is_fixed || !equal_no_case(line.value, "identity");
    } else if (equal_no_case(line.name, "content-range")) {
        said.is_fixed = true;
    } else if (equal_no_case(line.name, "cache-control")) {
        said.is_fixed = said.is_fixed || forbids_change(line.value);
    }
}

Said said_in(std::string_view lines) {
    Said said;
    while (const auto line = next_line(lines)) note(*line, said);
    return said;
}

bool is_of_type(const Said& said, const PackRules& rules) {
    return said.types == 1 && is_named(said.type, rules.types) && !is_named(said.type, {"text/event-stream"});
}

bool is_of_the_bytes(std::string_view name) {
    static constexpr std::array<std::string_view, 6> kNames{"accept-ranges", "content-digest", "content-encoding", "content-md5", "digest", "repr-digest"};
    return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view one) { return equal_no_case(name, one); });
}

}  // namespace

bool forbids_change(std::string_view cache_control) { return lists(cache_control, "no-transform"); }

bool may_be_packed(const http::Response& response, const PackRules& rules) {
    if (response.status != 200 || response.prebuilt || response.source) return false;
    const bool known = response.announce || !response.live;
    const std::uint64_t length = response.announce ? response.announced_length : response.body.size();
    if (known && length < std::max<std::uint64_t>(rules.least, 1)) return false;
    const Said said = said_in(response.own_lines);
    return !said.is_fixed && is_of_type(said, rules);
}

bool may_have_been_packed(const http::Response& response, const PackRules& rules) {
    if (response.status != 304 || response.prebuilt) return false;
    const Said said = said_in(response.own_lines);
    return !said.is_fixed && (said.types == 0 || is_of_type(said, rules));
}

// At the front, as all that is added: an answer of too many fields loses its last ones over HTTP/2.
void tell_varies(std::string& lines) {
    if (!said_in(lines).varies) lines.insert(0, "Vary: Accept-Encoding\r\n");
}

void drop_what_was_of_the_bytes(std::string& lines) {
    std::string kept;
    kept.reserve(lines.size() + 2);
    std::string_view rest = lines;
    while (const auto line = next_line(rest)) {
        if (is_of_the_bytes(line->name)) continue;
        if (equal_no_case(line->name, "etag") && has_prefix(line->value, "\"")) ((kept += "ETag: W/") += line->value) += "\r\n";
        else kept += line->all;
    }
    lines = std::move(kept);
}

// A tag holds neither quotes nor spaces (RFC 9110 section 8.8.3), so it is found where it stands and nowhere else.
bool knows_weak_tag(std::string_view lines, std::string_view if_none_match) {
    const std::string_view tag = said_in(lines).tag;
    if (tag.size() < 2 || tag.front() != '"' || tag.back() != '"') return false;
    bool weak = false;
    for (std::size_t at = 0; (at = if_none_match.find(tag, at)) != if_none_match.npos; at += tag.size()) {
        if (at < 2 || if_none_match.substr(at - 2, 2) != "W/") return false;
        weak = true;
    }
    return weak;
}

}  // namespace postern::site
