#include "firmware/step_printer.h"

#include <doctest.h>

using namespace postern;

TEST_CASE("a step is one line with the time since the job began, harmless to the terminal") {
    CHECK(step_line(Millis(0), {{}, "a.example", "order placed"}) == "    0.0 s  a.example: order placed\n");
    CHECK(step_line(Millis(61350), {{}, "", "nothing is due"}) == "   61.4 s  nothing is due\n");
    CHECK(step_line(Millis(86400000), {{}, "a.example", "the CA said:\n\x1b[2J no"}) == "86400.0 s  a.example: the CA said:  [2J no\n");
}
