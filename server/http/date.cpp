#include "server/http/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "server/base/text.h"

namespace postern::http {
namespace {

constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr long long kDaySeconds = 86400;
constexpr long long kLastSecond = 253402300799;  // 9999-12-31T23:59:59

using std::chrono::year_month_day;

year_month_day civil(long long days) {
    return year_month_day{std::chrono::sys_days(std::chrono::days(days))};
}

int year_at(long long seconds) {
    return static_cast<int>(civil(std::clamp(seconds, 0LL, kLastSecond) / kDaySeconds).year());
}

// May be a day that no calendar has: joined() asks it.
year_month_day date_of(int year, int month, int day) {
    return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
            std::chrono::day(static_cast<unsigned>(day))};
}

void put_digits(char* into, long long number, int width) {
    for (int i = width - 1; i >= 0; --i) {
        into[i] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
}

// What is left to read of a date; every take_* eats from the front or makes the whole fail.
class DateReader {
public:
    explicit DateReader(std::string_view text) : rest_(text) {}

    void take(std::string_view literal) {
        if (!has_prefix(rest_, literal)) return fail();
        rest_.remove_prefix(literal.size());
    }
    int take_number(std::size_t width) {
        if (rest_.size() < width) return fail(), 0;
        int number = 0;
        for (std::size_t i = 0; i < width; ++i) {
            if (!is_digit(rest_[i])) return fail(), 0;
            number = number * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(width);
        return number;
    }
    // One of three-letter names set side by side; its place from 1.
    int take_name(std::string_view names) {
        if (rest_.size() < 3) return fail(), 0;
        const std::size_t at = names.find(rest_.substr(0, 3));
        if (at == std::string_view::npos || at % 3 != 0) return fail(), 0;
        rest_.remove_prefix(3);
        return static_cast<int>(at / 3) + 1;
    }
    long long take_time() {
        const int hour = take_number(2);
        take(":");
        const int minute = take_number(2);
        take(":");
        const int second = take_number(2);
        if (hour > 23 || minute > 59 || second > 60) fail();  // 60: a leap second
        return hour * 3600LL + minute * 60LL + second;
    }
    bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }
    void fail() { failed_ = true; }
    bool complete() const { return !failed_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

std::optional<long long> joined(const DateReader& reader, const year_month_day& date, long long time) {
    if (!reader.complete() || !date.ok()) return std::nullopt;
    return static_cast<long long>(std::chrono::sys_days(date).time_since_epoch().count()) * kDaySeconds + time;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<long long> parse_fixdate(std::string_view text) {
    DateReader in(text);
    in.take_name(kDays);
    in.take(", ");
    const int day = in.take_number(2);
    in.take(" ");
    const int month = in.take_name(kMonths);
    in.take(" ");
    const int year = in.take_number(4);
    in.take(" ");
    const long long time = in.take_time();
    in.take(" GMT");
    return joined(in, date_of(year, month, day), time);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<long long> parse_rfc850(std::string_view text, long long now) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    if (std::find(kLongDays.begin(), kLongDays.end(), text.substr(0, comma)) == kLongDays.end()) return std::nullopt;
    DateReader in(text.substr(comma));
    in.take(", ");
    const int day = in.take_number(2);
    in.take("-");
    const int month = in.take_name(kMonths);
    in.take("-");
    const int short_year = in.take_number(2);
    in.take(" ");
    const long long time = in.take_time();
    in.take(" GMT");
    const int this_year = year_at(now);
    const int year = this_year / 100 * 100 + short_year;
    return joined(in, date_of(year > this_year + 50 ? year - 100 : year, month, day), time);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<long long> parse_asctime(std::string_view text) {
    DateReader in(text);
    in.take_name(kDays);
    in.take(" ");
    const int month = in.take_name(kMonths);
    in.take(" ");
    const bool padded = in.next_is(' ');
    if (padded) in.take(" ");
    const int day = in.take_number(padded ? 1 : 2);
    in.take(" ");
    const long long time = in.take_time();
    in.take(" ");
    const int year = in.take_number(4);
    return joined(in, date_of(year, month, day), time);
}

}  // namespace

void write_date(long long seconds, char* into) {
    seconds = std::clamp(seconds, 0LL, kLastSecond);
    const long long days = seconds / kDaySeconds;
    const long long of_day = seconds % kDaySeconds;
    const year_month_day date = civil(days);
    std::memcpy(into, "Day, 00 Mon 0000 00:00:00 GMT", kDateSize);
    std::memcpy(into, kDays.data() + (days + 4) % 7 * 3, 3);  // 1 January 1970 was a Thursday
    put_digits(into + 5, static_cast<unsigned>(date.day()), 2);
    std::memcpy(into + 8, kMonths.data() + (static_cast<unsigned>(date.month()) - 1) * 3, 3);
    put_digits(into + 12, static_cast<int>(date.year()), 4);
    put_digits(into + 17, of_day / 3600, 2);
    put_digits(into + 20, of_day / 60 % 60, 2);
    put_digits(into + 23, of_day % 60, 2);
}

std::string format_date(long long seconds) {
    std::string text(kDateSize, '\0');
    write_date(seconds, text.data());
    return text;
}

std::optional<long long> parse_date(std::string_view text, long long now) {
    if (text.size() > 40) return std::nullopt;
    if (auto fixdate = parse_fixdate(text)) return fixdate;
    if (auto obsolete = parse_rfc850(text, now)) return obsolete;
    return parse_asctime(text);
}

std::string_view DateLine::at(WallTime now) {
    const long long second = now.time_since_epoch().count();
    if (second != second_) {
        second_ = second;
        std::memcpy(text_, "Date: ", 6);
        write_date(second, text_ + 6);
        std::memcpy(text_ + 6 + kDateSize, "\r\n", 2);
    }
    return {text_, kSize};
}

}  // namespace postern::http
