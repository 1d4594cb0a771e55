// The RFC 3339 half of text.h.
#include <chrono>
#include <cstdio>

#include "server/base/text.h"

namespace postern {

namespace {

constexpr long long kDay = 86400;
constexpr long long kFirst = -62167219200;  // 0000-01-01T00:00:00Z
constexpr long long kLast = 253402300799;   // 9999-12-31T23:59:59Z: RFC 3339 has four digits for the year

// Reads from the front of a text; the first thing amiss sticks.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    // Exactly `digits` digits with a value in [low, high].
    int number(std::size_t digits, int low, int high) {
        const auto value = parse_decimal(rest_.substr(0, digits));
        good_ = good_ && rest_.size() >= digits && value && *value >= static_cast<std::uint64_t>(low) &&
                *value <= static_cast<std::uint64_t>(high);
        if (!good_) return low;
        rest_.remove_prefix(digits);
        return static_cast<int>(*value);
    }

    // One character of `allowed`; its lower case is returned.
    char one_of(std::string_view allowed) {
        good_ = good_ && !rest_.empty() && allowed.find(rest_.front()) != std::string_view::npos;
        if (!good_) return 0;
        const char c = to_lower(rest_.front());
        rest_.remove_prefix(1);
        return c;
    }

    void skip_fraction() {
        if (rest_.empty() || rest_.front() != '.') return;
        const auto end = rest_.find_first_not_of("0123456789", 1);
        good_ = good_ && end != 1 && end != std::string_view::npos;
        rest_.remove_prefix(good_ ? end : 0);
    }

    bool finished() const { return good_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

std::string to_rfc3339(long long seconds) {
    using namespace std::chrono;
    seconds = seconds < kFirst ? kFirst : seconds > kLast ? kLast : seconds;
    const long long day = (seconds - kFirst) / kDay + kFirst / kDay;  // floor, also before 1970
    const int second = static_cast<int>(seconds - day * kDay);
    const year_month_day date{sys_days(days(day))};
    char text[64];
    (void)std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), second / 3600,
                        second / 60 % 60, second % 60);
    return text;
}

std::optional<long long> from_rfc3339(std::string_view text) {
    using namespace std::chrono;
    Reader reader(text);
    const int y = reader.number(4, 0, 9999);
    reader.one_of("-");
    const int m = reader.number(2, 1, 12);
    reader.one_of("-");
    const int d = reader.number(2, 1, 31);
    reader.one_of("Tt ");
    long long seconds = reader.number(2, 0, 23) * 3600;
    reader.one_of(":");
    seconds += reader.number(2, 0, 59) * 60;
    reader.one_of(":");
    seconds += reader.number(2, 0, 60);  // a leap second is the first of the next minute
    reader.skip_fraction();
    const char zone = reader.one_of("Zz+-");
    if (zone == '+' || zone == '-') {
        int offset = reader.number(2, 0, 23) * 3600;
        reader.one_of(":");
        offset += reader.number(2, 0, 59) * 60;
        seconds += zone == '+' ? -offset : offset;
    }
    const year_month_day date = year(y) / month(static_cast<unsigned>(m)) / day(static_cast<unsigned>(d));
    if (!reader.finished() || !date.ok()) return std::nullopt;
    return seconds + static_cast<long long>(sys_days(date).time_since_epoch().count()) * kDay;
}

}  // namespace postern
