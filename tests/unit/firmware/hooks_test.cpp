// Which command runs when, with what, and what is said of it.
#include "firmware/hooks.h"

#include <doctest.h>

#include "server/base/text.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
using process::CommandEnd;
using process::CommandOrder;

namespace {

struct Scene {
    explicit Scene(config::HooksSection settings) : hooks(clock, log, "/state/live", "/home/p", std::move(settings)) {
        hooks.set_runner([this](const CommandOrder& order, const std::function<void(std::string_view)>& take_line) {
            ran.push_back(order);
            for (const std::string& line : output) take_line(line);
            return end;
        });
        hooks.set_run_over([this] { ++over; });
    }
    bool logged(std::string_view text) const { return lines.contain(text); }

    fakes::FakeClock clock;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    std::vector<CommandOrder> ran;
    std::vector<std::string> output;
    CommandEnd end{CommandEnd::How::kExited, 0};
    int over = 0;
    Hooks hooks;
};

const std::string kPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace

TEST_CASE("pre, deploy and post get what certbot gives them, and nothing else") {
    Scene scene({"one", "two", "three", 60});
    CHECK(scene.hooks.run_begins() == "");
    CHECK(scene.hooks.installed("a.example", {"a.example", "www.a.example"}) == "");
    CHECK(scene.hooks.installed("b.example", {"b.example"}) == "");
    CHECK(scene.hooks.run_ended() == "");
    REQUIRE(scene.ran.size() == 4);
    CHECK(scene.ran[0].line == "one");
    CHECK(scene.ran[0].patience == Millis(60000));
    CHECK(scene.ran[0].environment == std::vector<std::string>{kPath, "HOME=/home/p"});
    CHECK(scene.ran[1].line == "three");
    CHECK(scene.ran[1].environment == std::vector<std::string>{kPath, "HOME=/home/p", "RENEWED_LINEAGE=/state/live/a.example",
                                                               "RENEWED_DOMAINS=a.example www.a.example"});
    CHECK(scene.ran[2].environment.back() == "RENEWED_DOMAINS=b.example");
    CHECK(scene.ran[3].line == "two");
    CHECK(scene.ran[3].environment == std::vector<std::string>{kPath, "HOME=/home/p", "RENEWED_DOMAINS=a.example www.a.example b.example"});
    CHECK(scene.over == 1);
    scene.hooks.run_begins();
    scene.hooks.run_ended();
    CHECK(scene.ran.back().environment.back() == "RENEWED_DOMAINS=");  // the next run begins anew
}

TEST_CASE("without commands nothing runs, and the end of a run is still told") {
    Scene scene({});
    CHECK(scene.hooks.run_begins() + scene.hooks.installed("a", {"a"}) + scene.hooks.run_ended() == "");
    CHECK(scene.ran.empty());
    CHECK(scene.over == 1);
    CHECK(scene.hooks.troubles().empty());
}

TEST_CASE("a hook that fails is said in the log and in the status until it succeeds") {
    Scene scene({"", "", "restart", 60});
    scene.end.number = 3;
    scene.end.dropped = 17;
    scene.output = {"no such \"service\"", "second"};
    CHECK(scene.hooks.installed("a", {"a.example"}) == "the hook deploy exited with status 3");
    CHECK(scene.logged("error hook.failed hook=deploy certificate=a why=\"deploy exited with status 3\""));
    CHECK(scene.logged("hook.output hook=deploy text=second"));
    CHECK(scene.logged("hook.output_cut hook=deploy dropped_bytes=17"));
    REQUIRE(scene.hooks.troubles().size() == 1);
    CHECK(has_prefix(scene.hooks.troubles()[0], "the hook deploy exited with status 3 ("));
    scene.end = {CommandEnd::How::kExited, 0};
    CHECK(scene.hooks.installed("a", {"a.example"}) == "");
    CHECK(scene.hooks.troubles().empty());
}

TEST_CASE("other commands after a reload") {
    Scene scene({"", "", "old", 60});
    scene.end = {CommandEnd::How::kTimedOut};
    scene.hooks.installed("a", {"a"});
    CHECK(scene.hooks.troubles().size() == 1);
    scene.hooks.set({"", "", "old", 60});
    CHECK(scene.hooks.troubles().size() == 1);  // another section was changed
    scene.hooks.set({"", "", "new", 30});
    CHECK(scene.hooks.troubles().empty());
    scene.hooks.installed("a", {"a"});
    CHECK(scene.ran.back().line == "new");
    CHECK(scene.ran.back().patience == Millis(30000));
}

TEST_CASE("more names than a variable can hold are cut between two names") {
    Scene scene({"", "post", "", 60});
    scene.hooks.run_begins();
    for (int i = 0; i < 30; ++i) scene.hooks.installed("a", std::vector<std::string>(100, std::string(60, 'n')));
    scene.hooks.run_ended();
    const std::string& variable = scene.ran.back().environment.back();
    CHECK(variable.size() > 99000);
    CHECK(variable.size() <= 100000 + 16);
    CHECK(has_suffix(variable, " " + std::string(60, 'n')));
}

TEST_CASE("the home of a user") {
    fakes::FakeFiles files;
    CHECK(home_of(files, 7) == "/");
    files.put("/etc/passwd", "x:x:7:7::relative:/bin/sh\ny:x:8:8::/srv/y:/bin/sh\nshort:x:9\n");
    CHECK(home_of(files, 8) == "/srv/y");
    CHECK(home_of(files, 7) == "/");
    CHECK(home_of(files, 9) == "/");
}
