#include "server/http/range.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "server/base/text.h"

namespace postern::http {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

// Digits alone. What is too large for us is larger than every file, so the largest number stands for it.
std::optional<std::uint64_t> parse_position(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        value = value > (kMost - digit) / 10 ? kMost : value * 10 + digit;
    }
    return value;
}

struct Spec {
    bool good = false;       // it is well-formed,
    bool found = false;      // and there is something of it:
    ByteRange range;
};

// "FIRST-", "FIRST-LAST" or "-SUFFIX" (section 14.1.2).
Spec parse_spec(std::string_view text, std::uint64_t size) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return {};
    const std::string_view behind = text.substr(dash + 1);
    if (dash == 0) {
        const auto suffix = parse_position(behind);
        // The end of nothing can be had, but no Content-Range can say so: the whole of nothing is sent.
        if (!suffix || (size == 0 && *suffix > 0)) return {};
        const std::uint64_t taken = std::min(*suffix, size);
        return {true, taken > 0, {size - taken, taken}};
    }
    const auto first = parse_position(text.substr(0, dash));
    const auto last = behind.empty() ? kMost : parse_position(behind);
    if (!first || !last || *last < *first) return {};
    if (*first >= size) return {true, false, {}};
    return {true, true, {*first, std::min(*last, size - 1) - *first + 1}};
}

bool touch(const ByteRange& a, const ByteRange& b) { return a.first <= b.end() && b.first <= a.end(); }

// The strong comparison of section 13.1.5. A date counts where it is the very one we send, and old enough that no second
// change can hide behind it (section 8.8.2.2).
bool if_range_holds(std::string_view value, const Validators& validators, long long now) {
    if (has_prefix(value, "\"")) return value == validators.etag;
    return !validators.modified_text.empty() && value == validators.modified_text && validators.modified + 1 < now;
}

// The one field of that name. Of several none counts: no list is allowed here, so one of them is not the client's.
struct Asked {
    std::string_view value;
    int times = 0;

    void take(const FieldView& field, std::string_view name) {
        if (field.name.size() != name.size() || !equal_no_case(field.name, name)) return;
        value = field.value;
        ++times;
    }
};

}  // namespace

// Keeps parts that do not touch; the one that comes swallows those that it touches, at the place of the first of them.
bool RangeSet::add(ByteRange range) {
    std::size_t place = count_;
    for (std::size_t i = 0; i < count_;) {
        if (!touch(parts_[i], range)) {
            ++i;
            continue;
        }
        const std::uint64_t first = std::min(parts_[i].first, range.first);
        range = {first, std::max(parts_[i].end(), range.end()) - first};
        place = std::min(place, i);
        std::move(parts_.begin() + static_cast<std::ptrdiff_t>(i) + 1, parts_.begin() + static_cast<std::ptrdiff_t>(count_),
                  parts_.begin() + static_cast<std::ptrdiff_t>(i));
        --count_;
        i = 0;  // larger now, it may touch one that it did not before
    }
    if (count_ == parts_.size()) return false;
    place = std::min(place, count_);
    std::move_backward(parts_.begin() + static_cast<std::ptrdiff_t>(place), parts_.begin() + static_cast<std::ptrdiff_t>(count_),
                       parts_.begin() + static_cast<std::ptrdiff_t>(count_) + 1);
    parts_[place] = range;
    ++count_;
    return true;
}

RangeSet RangeSet::parse(std::string_view value, std::uint64_t size) {
    constexpr std::string_view kUnit = "bytes=";
    RangeSet set;
    if (!equal_no_case(value.substr(0, kUnit.size()), kUnit)) return {};
    bool any = false;
    for (std::string_view rest = value.substr(kUnit.size()); !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view text = trim(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (text.empty()) continue;  // section 5.6.1.2
        const Spec spec = parse_spec(text, size);
        if (!spec.good || (spec.found && !set.add(spec.range))) return {};
        any = true;
    }
    if (!any) return {};
    set.kind_ = set.count_ > 0 ? Kind::kParts : Kind::kUnsatisfiable;
    return set;
}

RangeSet select_ranges(const Request& request, const Validators& validators, std::uint64_t size, long long now) {
    if (request.method != Method::kGet) return {};
    Asked range, condition;
    for (const FieldView& field : request.fields) {
        range.take(field, "range");
        condition.take(field, "if-range");
    }
    if (range.times != 1 || condition.times > 1) return {};
    if (condition.times == 1 && !if_range_holds(condition.value, validators, now)) return {};
    return RangeSet::parse(range.value, size);
}

std::string content_range(ByteRange range, std::uint64_t size) {
    return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last()) + "/" + std::to_string(size);
}

std::string content_range_of_none(std::uint64_t size) { return "bytes */" + std::to_string(size); }

}  // namespace postern::http
