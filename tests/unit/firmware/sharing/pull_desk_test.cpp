// Who is given what, and what is said of it.
#include "firmware/sharing/pull_desk.h"

#include <doctest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
using namespace postern::sharing;
using Outcome = Pulled::Outcome;

namespace {

constexpr const char *kOne = "first-token-of-sixteen", *kTwo = "second-token-of-sixteen";

config::DeploySection receiver(const std::string& name, std::vector<std::string> lineages, const char* token) {
    config::DeploySection section;
    section.name = name;
    section.lineages = std::move(lineages);
    if (token != nullptr) section.pull_token = std::make_shared<const Secret>(std::string(token));
    return section;
}

struct Scene {
    Scene() {
        desk.set({receiver("one", {"a.example", "b.example"}, kOne), receiver("two", {"b.example"}, kTwo), receiver("sent", {"a.example"}, nullptr)});
        serve("a.example", 3, "f3");
    }
    void serve(const std::string& name, int generation, const std::string& fingerprint, acme::Rung rung = acme::Rung::kPublic) {
        const std::string folder = "/state/archive/" + name + "/" + std::to_string(generation);
        files.put(folder + "/privkey.pem", "KEY " + fingerprint);
        files.put(folder + "/fullchain.pem", "CHAIN " + fingerprint + "\n");
        acme::StatusSnapshot snapshot;
        acme::CertStatus one;
        one.name = name;
        one.rung = rung;
        one.generation = generation;
        one.facts.emplace().fingerprint = fingerprint;
        snapshot.certificates.push_back(one);
        published.set(std::make_shared<const acme::StatusSnapshot>(snapshot));
    }
    Pulled ask(const std::string& who, const std::string& what, std::string_view token) { return desk.pull({who, what, token, "192.0.2.9"}); }
    std::string states() const {
        std::string text;
        for (const DeliveryView& view : desk.views()) text += view.receiver + "/" + view.certificate + " " + std::string(name_of(view.state)) + "\n";
        return text;
    }

    fakes::FakeClock clock;
    fakes::FakeFiles files;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    Published<acme::StatusSnapshot> published;
    PullDesk desk{{clock, files, log, published, "/state"}};
};

}  // namespace

TEST_CASE("pull: the right token gets key and chain of what serves") {
    Scene scene;
    const Pulled first = scene.ask("one", "a.example", kOne);
    CHECK(first.outcome == Outcome::kGiven);
    CHECK(first.text == "KEY f3\nCHAIN f3\n");
    CHECK(first.tag.size() == 32);
    CHECK(scene.ask("one", "a.example", kOne).tag == first.tag);
    scene.serve("a.example", 4, "f4");
    const Pulled next = scene.ask("one", "a.example", kOne);
    CHECK(next.text == "KEY f4\nCHAIN f4\n");
    CHECK(next.tag != first.tag);
}

TEST_CASE("pull: another's token, no token and no receiver are refused alike") {
    Scene scene;
    const std::pair<std::string, std::string> rows[] = {{"one", ""},      {"one", kTwo}, {"two", kOne}, {"one", std::string(kOne) + "x"},
                                                        {"nobody", kOne}, {"", kOne},    {"sent", ""},  {"sent", kOne}};
    for (const auto& row : rows) {
        const std::string &who = row.first, &token = row.second;
        CAPTURE(who);
        CAPTURE(token);
        const Pulled refused = scene.ask(who, "a.example", token);
        CHECK(refused.outcome == Outcome::kRefused);
        CHECK(refused.text.empty());
    }
}

TEST_CASE("pull: only what his section names, and only what a CA has signed") {
    Scene scene;
    CHECK(scene.ask("two", "a.example", kTwo).outcome == Outcome::kUnknown);
    CHECK(scene.ask("two", "../accounts", kTwo).outcome == Outcome::kUnknown);
    const Pulled none = scene.ask("two", "b.example", kTwo);
    CHECK(none.outcome == Outcome::kNotYet);
    CHECK(none.text.find("no CA has signed") != std::string::npos);
    scene.serve("b.example", 1, "own", acme::Rung::kSelfSigned);
    CHECK(scene.ask("two", "b.example", kTwo).outcome == Outcome::kNotYet);
    scene.serve("b.example", 2, "f2");
    CHECK(scene.ask("two", "b.example", kTwo).outcome == Outcome::kGiven);
    scene.files.deny("/state/archive/b.example/2/privkey.pem", EIO);
    const Pulled broken = scene.ask("two", "b.example", kTwo);
    CHECK(broken.outcome == Outcome::kNotYet);
    CHECK(broken.text.find("privkey.pem") != std::string::npos);
}

TEST_CASE("pull: the status says who has come since it serves") {
    Scene scene;
    CHECK(scene.states() == "one/a.example ready\none/b.example waiting\ntwo/b.example waiting\n");
    scene.ask("one", "a.example", kOne);
    CHECK(scene.states() == "one/a.example delivered\none/b.example waiting\ntwo/b.example waiting\n");
    CHECK(scene.desk.views().front().at == scene.clock.wall());
    scene.serve("a.example", 4, "f4");
    CHECK(scene.states() == "one/a.example ready\none/b.example waiting\ntwo/b.example waiting\n");
    CHECK(scene.desk.views().front().at.has_value());
    scene.desk.set({});
    CHECK(scene.desk.views().empty());
    CHECK(scene.ask("one", "a.example", kOne).outcome == Outcome::kRefused);
}

TEST_CASE("pull: what a receiver has got is forgotten with him, or when it is his no longer") {
    Scene scene;
    scene.ask("one", "a.example", kOne);
    scene.desk.set({receiver("one", {"a.example"}, kTwo)});
    CHECK(scene.states() == "one/a.example delivered\n");
    scene.desk.set({receiver("one", {"b.example"}, kTwo)});
    scene.desk.set({receiver("one", {"a.example"}, kTwo)});
    CHECK(scene.states() == "one/a.example ready\n");
    scene.ask("one", "a.example", kTwo);
    CHECK(scene.states() == "one/a.example delivered\n");
    scene.desk.set({});
    scene.desk.set({receiver("one", {"a.example"}, kOne)});
    CHECK(scene.states() == "one/a.example ready\n");
}

TEST_CASE("pull: the log tells who came first for each certificate, who is refused once a minute, and no token") {
    Scene scene;
    for (int n = 0; n < 3; ++n) scene.ask("one", "a.example", kOne);
    for (int n = 0; n < 100; ++n) scene.ask("one", "a.example", "wrong");
    scene.clock.advance(Seconds(61));
    scene.ask("one", "a.example", "wrong");
    std::string all;
    for (const std::string& line : scene.lines.all()) all += line + "\n";
    CHECK(scene.lines.count(" info pulled receiver=one certificate=a.example peer=192.0.2.9") == 1);
    CHECK(scene.lines.count(" warn pull_refused ") == 2);
    CHECK(scene.lines.count("count=100") == 1);
    CHECK(all.find(kOne) == std::string::npos);
    CHECK(all.find("KEY") == std::string::npos);
}
