// The owner's words: dates, durations and the state of a certificate as a person says them. Pure; used by the page and,
// for whole days, by the API. Everything is in English and UTC: the page's script shows local dates.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "acme/status.h"
#include "server/base/clock.h"

namespace postern::admin {

using Span = std::chrono::duration<long long>;  // seconds between two WallTimes; negative when the second is earlier

long long whole_days(Span span);                     // rounded down, also below zero: -1 from the first second past
std::string span_words(Span span);                   // "58 days", "36 hours", "1 minute", "less than a minute"; sign ignored
std::string from_now(WallTime at, WallTime now);     // "in 58 days", "2 hours ago", "any moment now", "just now"
std::string date_words(WallTime at);                 // "2 Dec 2026"
std::string moment_words(WallTime at);               // "2 Dec 2026, 13:05 UTC"

std::string rung_words(acme::Rung rung);             // which certificate serves, and what visitors make of it
std::string key_words(std::string_view key);         // "ec256" -> "ECDSA P-256"; unknown ones as they are
// What went wrong, in one sentence without jargon, from Problem::type (an ACME error URN is understood too).
std::string problem_words(std::string_view type);
// "ab12cd" -> "AB:12:CD", as certificate viewers print serials and fingerprints.
std::string hex_pairs(std::string_view hex);

}  // namespace postern::admin
