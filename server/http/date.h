// HTTP dates (RFC 9110 section 5.6.7): written in the one preferred form, read in all three.
// No clock here: the moment comes from the caller.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "server/base/clock.h"

namespace postern::http {

inline constexpr std::size_t kDateSize = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"

// Seconds since 1970 into exactly kDateSize bytes. Clamped to the years 1970..9999, which the form can hold.
void write_date(long long seconds, char* into);
std::string format_date(long long seconds);

// Seconds since 1970 of an IMF-fixdate, an RFC 850 date or an asctime date; nullopt for anything else.
// The weekday must be a weekday's name but need not fit the date. `now` decides the century of two-digit years:
// more than 50 years ahead means the past (RFC 9110).
std::optional<long long> parse_date(std::string_view text, long long now);

// The line "Date: ...\r\n", written anew only when the second has changed. One a loop.
class DateLine {
public:
    std::string_view at(WallTime now);

private:
    static constexpr std::size_t kSize = 6 + kDateSize + 2;
    long long second_ = std::numeric_limits<long long>::min();
    char text_[kSize] = {};
};

}  // namespace postern::http
