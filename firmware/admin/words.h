// The owner's words: dates, durations and the state of a certificate as a person says them. Pure; used by the page and,
// for whole days, by the API. Everything is in UTC: the page's script shows local dates. The texts: www/admin/words.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "acme/status.h"
#include "firmware/admin/language.h"
#include "server/base/clock.h"

namespace postern::admin {

using Span = std::chrono::duration<long long>;  // seconds between two WallTimes; negative when the second is earlier

long long whole_days(Span span);                     // rounded down, also below zero: -1 from the first second past
// "58 days", "36 hours", "1 minute", "less than a minute"; the sign is ignored
std::string span_words(Span span, const Words& words = Words::in("en"));
// "in 58 days", "2 hours ago", "any moment now", "just now"
std::string from_now(WallTime at, WallTime now, const Words& words = Words::in("en"));
std::string date_words(WallTime at, const Words& words = Words::in("en"));    // "2 Dec 2026"
std::string moment_words(WallTime at, const Words& words = Words::in("en"));  // "2 Dec 2026, 13:05 UTC"

// Which certificate serves, and what visitors make of it.
std::string rung_words(acme::Rung rung, const Words& words = Words::in("en"));
std::string key_words(std::string_view key);         // "ec256" -> "ECDSA P-256"; unknown ones as they are
// What went wrong, in one sentence without jargon, from Problem::type (an ACME error URN is understood too).
std::string problem_words(std::string_view type, const Words& words = Words::in("en"));
// What to do about it: `said` by the engine, in plainer words and the page's language where it is the usual advice for `type`.
std::string advice_words(std::string_view type, std::string_view said, const Words& words = Words::in("en"));
// "ab12cd" -> "AB:12:CD", as certificate viewers print serials and fingerprints.
std::string hex_pairs(std::string_view hex);

}  // namespace postern::admin
