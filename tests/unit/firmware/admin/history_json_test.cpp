#include "firmware/admin/history_json.h"

#include <doctest.h>

using namespace postern;
using namespace postern::admin;

TEST_CASE("history: which span is meant") {
    CHECK(read_span("") == metrics::Span::kHour);
    CHECK(read_span("span=hour") == metrics::Span::kHour);
    CHECK(read_span("span=day") == metrics::Span::kDay);
    for (const char* wrong : {"span", "span=", "span=week", "day", "span=day&span=hour", "SPAN=DAY"}) CHECK_FALSE(read_span(wrong));
}

TEST_CASE("history: before the first minute is over its lists are empty") {
    CHECK(history_json({Seconds(900), {}, {}, {}, {}}) == R"({"step_s":900,"requests":[],"handshakes":[],"connections":[],"errors":[]})");
}
