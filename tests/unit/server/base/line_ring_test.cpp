#include "server/base/line_ring.h"

#include <doctest.h>

#include "server/base/bulk_sink.h"

using namespace postern;
using Lines = std::vector<std::string>;

TEST_CASE("line ring: what fits is kept, in order") {
    LineRing ring(16);
    CHECK(ring.recent(9).empty());
    ring.write("one\n");
    ring.write("two\nthree\n");
    CHECK(ring.recent(9) == Lines{"one", "two", "three"});
    CHECK(ring.recent(2) == Lines{"two", "three"});
    CHECK(ring.recent(0).empty());
    ring.write("4\n");  // full to the byte
    CHECK(ring.recent(9).back() == "4");
}

TEST_CASE("line ring: the oldest make room, and no half line is shown") {
    LineRing ring(16);
    for (int n = 10; n < 40; ++n) {
        ring.write("line" + std::to_string(n) + "\n");
        const Lines lines = ring.recent(9);
        CAPTURE(n);
        CHECK(!lines.empty());
        CHECK(lines.size() <= 2);
        CHECK(lines.back() == "line" + std::to_string(n));
        for (const std::string& line : lines) CHECK(line.size() == 6);
    }
}

TEST_CASE("line ring: of more than fits the end stays") {
    LineRing ring(8);
    ring.write("a long line\nshort\n");
    CHECK(ring.recent(9) == Lines{"short"});
    ring.write("much too long for it\n");
    CHECK(ring.recent(9).empty());
    ring.write("next\n");
    CHECK(ring.recent(9) == Lines{"next"});
}

TEST_CASE("line ring: as the sink of an access log it takes all") {
    const auto ring = std::make_shared<LineRing>(64);
    CHECK(bulk_ring_sink(ring)->write("GET /\nGET /x\n") == 13);
    CHECK(ring->recent(9) == Lines{"GET /", "GET /x"});
}
