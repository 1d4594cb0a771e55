#include "acme/protocol/retry_after.h"

#include <algorithm>
#include <array>
#include <vector>

#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr long long kYear = 366LL * 86400;

// Days since 1970 of a date in the Gregorian calendar.
long long days_from(long long year, long long month, long long day) {
    year -= month <= 2;
    long long era = year / 400, of_era = year - era * 400;
    long long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int month_of(std::string_view name) {
    static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto found = std::find(kMonths.begin(), kMonths.end(), name);
    return found == kMonths.end() ? 0 : static_cast<int>(found - kMonths.begin()) + 1;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size() && words.size() < 9;) {
        auto end = std::min(text.find_first_of(" ,-:", at), text.size());
        if (end > at) words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

std::optional<WallTime> assemble(std::string_view year_text, std::string_view month_name, std::string_view day_text,
                                 const std::vector<std::string_view>& words, std::size_t clock_at) {
    auto year = parse_decimal(year_text), day = parse_decimal(day_text), hour = parse_decimal(words[clock_at]),
         minute = parse_decimal(words[clock_at + 1]), second = parse_decimal(words[clock_at + 2]);
    int month = month_of(month_name);
    if (!year || !day || !hour || !minute || !second || month == 0) return std::nullopt;
    if (*year > 9999 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    auto full_year = static_cast<long long>(*year);
    if (year_text.size() == 2) full_year += *year < 70 ? 2000 : 1900;
    long long days = days_from(full_year, month, static_cast<long long>(*day));
    return WallTime(Seconds(days * 86400 + static_cast<long long>(*hour * 3600 + *minute * 60 + *second)));
}

// One link-value: <target>; rel="a b"; ...
bool has_relation(std::string_view parameters, std::string_view relation) {
    for (std::string_view parameter : split(parameters, ';')) {
        auto equals = parameter.find('=');
        if (equals == std::string_view::npos || !equal_no_case(trim(parameter.substr(0, equals)), "rel")) continue;
        std::string_view value = trim(parameter.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        for (std::string_view one : split(value, ' '))
            if (equal_no_case(one, relation)) return true;
    }
    return false;
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
    auto words = words_of(text);
    // Sun, 06 Nov 1994 08:49:37 GMT | Sunday, 06-Nov-94 08:49:37 GMT
    if (words.size() == 8 && words[7] == "GMT") return assemble(words[3], words[2], words[1], words, 4);
    // Sun Nov  6 08:49:37 1994
    if (words.size() == 7) return assemble(words[6], words[1], words[2], words, 3);
    return std::nullopt;
}

std::optional<RetryAfter> retry_after(const HttpReply& reply, WallTime now) {
    std::string_view text = trim(reply.field("Retry-After"));
    if (text.empty()) return std::nullopt;
    if (std::all_of(text.begin(), text.end(), is_digit)) {
        auto seconds = parse_decimal(text);  // nothing: more than 64 bits hold
        long long wait = seconds && *seconds < kYear ? static_cast<long long>(*seconds) : kYear;
        return RetryAfter{Seconds(wait), std::nullopt};
    }
    auto date = parse_http_date(text);
    if (!date) return std::nullopt;
    long long wait = std::clamp((*date - now).count(), 0LL, kYear);
    return RetryAfter{Seconds(wait), wait > 0 ? date : std::nullopt};
}

std::string link_target(const HttpReply& reply, std::string_view relation) {
    const auto all = link_targets(reply, relation);
    return all.empty() ? std::string() : all.front();
}

std::vector<std::string> link_targets(const HttpReply& reply, std::string_view relation) {
    std::vector<std::string> targets;
    for (std::string_view field : reply.all("Link")) {
        while (true) {
            auto open = field.find('<');
            auto close = field.find('>', open == std::string_view::npos ? 0 : open);
            if (open == std::string_view::npos || close == std::string_view::npos) break;
            auto end = std::min(field.find(',', close), field.size());  // no target of ACME has a comma after its parameters
            if (has_relation(field.substr(close + 1, end - close - 1), relation))
                targets.emplace_back(field.substr(open + 1, close - open - 1));
            field.remove_prefix(end);
        }
    }
    return targets;
}

}  // namespace postern::acme
