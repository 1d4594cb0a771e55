#include "server/http/conditional.h"

#include "server/base/text.h"
#include "server/http/date.h"

namespace postern::http {
namespace {

// Takes one entity tag and the comma behind it off the front of a list; its opaque part with the quotes is returned.
// Empty at the end of the list, and where it is no list of tags: nothing after that counts.
std::string_view next_tag(std::string_view& list, bool& weak) {
    const std::size_t start = list.find_first_not_of(", \t");
    list.remove_prefix(start == std::string_view::npos ? list.size() : start);
    weak = has_prefix(list, "W/");
    if (weak) list.remove_prefix(2);
    if (list.empty() || list.front() != '"') return {};
    const std::size_t end = list.find('"', 1);
    if (end == std::string_view::npos) return {};
    const std::string_view tag = list.substr(0, end + 1);
    list.remove_prefix(end + 1);
    return tag;
}

bool matches(std::string_view list, std::string_view etag, bool weak_counts) {
    if (trim(list) == "*") return true;  // it exists: there are validators
    bool weak = false;
    for (std::string_view tag = next_tag(list, weak); !tag.empty(); tag = next_tag(list, weak)) {
        if (tag == etag && (weak_counts || !weak)) return true;
    }
    return false;
}

// The four fields in one pass; a list that comes in several fields matches when any of them does.
struct Asked {
    bool if_match = false, matched = false;
    bool if_none_match = false, none_matched = true;
    std::string_view modified_since, unmodified_since;  // empty, and without a meaning, where there are several
    bool has_modified = false, has_unmodified = false;
};

// Several lines are a list, which is no date (RFC 9110 sections 13.1.3 and 13.1.4).
void take_date(std::string_view value, std::string_view& slot, bool& taken) {
    slot = taken ? std::string_view() : value;
    taken = true;
}

Asked read_fields(const Request& request, std::string_view etag) {
    Asked asked;
    for (const FieldView& field : request.fields) {
        const std::size_t size = field.name.size();
        if (size < 8 || size > 19 || to_lower(field.name.front()) != 'i') continue;
        if (equal_no_case(field.name, "if-none-match")) {
            asked.if_none_match = true;
            if (matches(field.value, etag, true)) asked.none_matched = false;
        } else if (equal_no_case(field.name, "if-modified-since")) {
            take_date(field.value, asked.modified_since, asked.has_modified);
        } else if (equal_no_case(field.name, "if-match")) {
            asked.if_match = true;
            if (matches(field.value, etag, false)) asked.matched = true;
        } else if (equal_no_case(field.name, "if-unmodified-since")) {
            take_date(field.value, asked.unmodified_since, asked.has_unmodified);
        }
    }
    return asked;
}

// True when a date was given and the representation is newer. Mostly the client repeats our own text.
bool modified_after(std::string_view date, const Validators& validators, long long now, bool without_date) {
    if (date.empty() || validators.modified_text.empty()) return without_date;
    if (date == validators.modified_text) return false;
    const auto since = parse_date(date, now);
    return since ? validators.modified > *since : without_date;
}

}  // namespace

Condition evaluate(const Request& request, const Validators& validators, long long now) {
    const Asked asked = read_fields(request, validators.etag);
    if (asked.if_match) {
        if (!asked.matched) return Condition::kFailed;
    } else if (modified_after(asked.unmodified_since, validators, now, false)) {
        return Condition::kFailed;
    }
    const bool reads = request.method == Method::kGet || request.method == Method::kHead;
    if (asked.if_none_match) {
        if (asked.none_matched) return Condition::kSend;
        return reads ? Condition::kNotModified : Condition::kFailed;
    }
    if (reads && !modified_after(asked.modified_since, validators, now, true)) return Condition::kNotModified;
    return Condition::kSend;
}

}  // namespace postern::http
