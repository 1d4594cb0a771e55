// Who hears of runs: once a run, only when something is due, and of each installed certificate.
#include <doctest.h>

#include "server/base/text.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

class Ear final : public RunListener {
public:
    explicit Ear(World& world) : world_(world) {}
    std::string run_begins() override { return note("begin"); }
    std::string installed(const std::string& name, const std::vector<std::string>& names) override {
        // by now it serves and is where others read it
        CHECK(world_.publisher.served.at(name) != nullptr);
        CHECK(world_.files.tree().count("/state/live/" + name) == 1);
        return note("installed " + name + " (" + join(names, " ") + ")");
    }
    std::string run_ended() override { return note("end"); }
    std::string take() { return join(std::exchange(heard_, {}), ", "); }
    std::string trouble;

private:
    std::string note(std::string what) {
        heard_.push_back(std::move(what));
        return trouble;
    }
    World& world_;
    std::vector<std::string> heard_;
};

std::optional<Result<HttpReply>> down(const std::string&, int) { return Result<HttpReply>(Error::retry("no route")); }

}  // namespace

TEST_CASE("one run for all that is due, none when nothing is") {
    World world;
    Ear ear(world);
    world.parts.listener = &ear;
    world.start({wanted_cert("a.example"), wanted_cert("b.example", {"b.example", "www.b.example"})});
    world.keeper->run_due();
    CHECK(ear.take() == "begin, installed a.example (a.example), installed b.example (b.example www.b.example), end");
    world.keeper->run_due();
    CHECK(ear.take() == "");
    world.keeper->renew({"a.example"}, false);
    CHECK(ear.take() == "");  // asked for, but not due
    world.keeper->renew({"b.example"}, true);
    CHECK(ear.take() == "begin, installed b.example (b.example www.b.example), end");
}

TEST_CASE("a run that fails has a begin and an end") {
    World world;
    Ear ear(world);
    world.parts.listener = &ear;
    world.ca.instead = down;
    world.start();
    world.keeper->run_due();
    CHECK(ear.take() == "begin, end");
    CHECK(world.keeper->renew({}, true).ok == false);
    CHECK(ear.take() == "begin, end");
}

TEST_CASE("what goes wrong there is told to who follows, and changes nothing") {
    World world;
    Ear ear(world);
    ear.trouble = "the hook failed";
    world.parts.listener = &ear;
    world.start();
    const auto outcome = world.keeper->renew({}, true);
    CHECK(outcome.ok);
    CHECK(outcome.changed);
    CHECK(world.told("a.example: the hook failed"));
    CHECK(world.told(": the hook failed"));
    CHECK(world.only().rung == Rung::kPublic);
}

TEST_CASE("a run that is stopped has an end too") {
    World world;
    Ear ear(world);
    world.parts.listener = &ear;
    world.ca.instead = [&](const std::string&, int) -> std::optional<Result<HttpReply>> {
        world.pauser.stop();
        return Result<HttpReply>(Error::retry("called off"));
    };
    world.start({wanted_cert("a.example"), wanted_cert("b.example")});
    CHECK_FALSE(world.keeper->renew({}, true).ok);
    CHECK(ear.take() == "begin, end");
}
