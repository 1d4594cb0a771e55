#include "firmware/process/own_figures.h"

#include <doctest.h>
#include <fcntl.h>

#include "server/base/unique_fd.h"
#include "tests/fakes/fake_files.h"

using namespace postern;
using namespace postern::process;

TEST_CASE("own figures: of this very process") {
    SystemFiles files;
    const OwnFigures before = own_figures(files);
    CHECK(before.cpu_ms.has_value());
    CHECK(before.max_fds.value_or(0) > 0);
    REQUIRE(before.resident_bytes.has_value());
    CHECK(*before.resident_bytes > 100'000);
    CHECK(*before.resident_bytes % 4096 == 0);
    REQUIRE(before.open_fds.has_value());
    const UniqueFd more(open("/dev/null", O_RDONLY | O_CLOEXEC));
    CHECK(own_figures(files).open_fds == *before.open_fds + 1);
}

TEST_CASE("own figures: without /proc the rest is told") {
    fakes::FakeFiles files;
    const OwnFigures figures = own_figures(files);
    CHECK(figures.cpu_ms.has_value());
    CHECK_FALSE(figures.resident_bytes.has_value());
    CHECK_FALSE(figures.open_fds.has_value());
    files.put("/proc/self/statm", "100 x7 1\n", 0444);
    CHECK_FALSE(own_figures(files).resident_bytes.has_value());
    files.put("/proc/self/statm", "100", 0444);
    CHECK_FALSE(own_figures(files).resident_bytes.has_value());
}
