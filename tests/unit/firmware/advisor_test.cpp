// The advisor with a server of nothing: a name that is an address needs no DNS, and nobody listens at its port.
#include "firmware/advisor.h"

#include <doctest.h>

#include <algorithm>
#include <future>

#include "tests/fakes/fake_files.h"
#include "tests/fakes/log_lines.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;

namespace {

constexpr char kIni[] = "[server]\nhttp = 127.0.0.1:1\nhttps = off\nstate = /var/state\nresolver = 127.0.0.1:1\n[acme]\n"
                        "agree_tos = yes\nca = https://localhost:1/dir\n[site a]\nnames = 127.0.0.1\nredirect_http = no\n";

// An authority that nobody reaches.
class Unreached final : public acme::Transport {
public:
    Result<acme::HttpReply> exchange(const acme::HttpRequest&) override { return Error::retry("no route"); }
    void cancel() override {}
};

struct World {
    SystemClock clock;
    SystemRandom random;
    fakes::FakeFiles files = config::stage(kIni);
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    ProbeBook probes{clock, random};
    Advisor advisor{{clock, files, random, log, probes, [](const std::string&) { return std::make_unique<Unreached>(); }}};

    World() {
        files.put_folder("/var/state");
        auto read = config::read_config(files, "/etc/postern.ini", false);
        REQUIRE(read.config);
        advisor.set_config(*read.config);
    }
};

std::shared_ptr<const acme::StatusSnapshot> status(acme::Rung rung) {
    auto snapshot = std::make_shared<acme::StatusSnapshot>();
    snapshot->notices = {"old"};
    snapshot->certificates.emplace_back();
    snapshot->certificates.back().name = "a";
    snapshot->certificates.back().rung = rung;
    return snapshot;
}

}  // namespace

TEST_CASE("advice stands in the status until there is a certificate") {
    World world;
    const auto waiting = status(acme::Rung::kSelfSigned);
    CHECK(world.advisor.add_to(waiting) == waiting);
    CHECK(world.advisor.add_to(nullptr) == nullptr);
    world.advisor.look_now("a");
    const auto told = world.advisor.add_to(waiting);
    REQUIRE(told != waiting);
    REQUIRE(told->notices.size() == 2);
    CHECK(told->notices.at(0) == "old");
    CHECK(told->notices.at(1).find("port 1 of 127.0.0.1") == 0);
    CHECK(told->notices.at(1).find("refused") != std::string::npos);
    const auto served = status(acme::Rung::kPublic);
    CHECK(world.advisor.add_to(served) == served);
    CHECK(world.lines.count("preflight certificate=a level=fault check=port") == 1);
    world.advisor.look_now("a");
    CHECK(world.lines.count("preflight certificate=a") == 1);  // the same again is not logged again
    CHECK(world.advisor.add_to(waiting)->notices.size() == 2);
}

TEST_CASE("names that nobody has configured are looked at as if somebody had; one look at a time") {
    World world;
    std::promise<void> ended;
    CHECK(world.advisor.look_at_all({"127.0.0.1", "127.0.0.9"}, [&] { ended.set_value(); }).ok());
    CHECK(!world.advisor.look_at_all({}, [] {}).ok());
    CHECK(world.advisor.last().running);
    world.advisor.start();
    ended.get_future().wait();
    const admin::Preflight found = world.advisor.last();
    CHECK(!found.running);
    CHECK(found.names == std::vector<std::string>{"127.0.0.1", "127.0.0.9"});
    const auto is_of_second = [](const auto& finding) { return finding.about.find("127.0.0.9") != std::string::npos; };
    CHECK(std::any_of(found.findings.begin(), found.findings.end(), is_of_second));
    std::promise<void> again;
    CHECK(world.advisor.look_at_all({}, [&] { again.set_value(); }).ok());
    again.get_future().wait();
    CHECK(world.advisor.last().names.empty());
    const auto all = world.advisor.last().findings;
    CHECK(std::none_of(all.begin(), all.end(), is_of_second));
    world.advisor.stop();
}

TEST_CASE("it can be ended at any moment, and asked after its end") {
    World world;
    world.advisor.start();
    world.advisor.look("a");
    world.advisor.stop();
    world.advisor.stop();
    world.advisor.look("a");
    World never;  // started by nobody
    never.advisor.look("a");
}
