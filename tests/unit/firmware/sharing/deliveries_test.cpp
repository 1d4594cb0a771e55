// Who gets which files when, how often it is tried, and what survives a restart.
#include "firmware/sharing/deliveries.h"

#include <doctest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_files.h"
#include "tests/fakes/fixed_random.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
using namespace postern::sharing;
using process::CommandEnd;

namespace {

config::DeploySection receiver(const std::string& name, std::vector<std::string> lineages, const std::string& command = "copy") {
    config::DeploySection section;
    section.name = name;
    section.lineages = std::move(lineages);
    section.command = command;
    section.timeout = 60;
    return section;
}

struct Scene {
    std::unique_ptr<Deliveries> make(std::vector<config::DeploySection> receivers) {
        auto runner = [this](const process::CommandOrder& order, const std::function<void(std::string_view)>&) {
            ran.push_back(order.line + " " + order.environment.at(2));
            orders.push_back(order);
            return CommandEnd{CommandEnd::How::kExited, status};
        };
        return std::make_unique<Deliveries>(DeliveriesParts{clock, files, random, log, published, "/state", "/home/p", runner}, std::move(receivers));
    }
    void serve(const std::string& name, const std::string& fingerprint, acme::Rung rung = acme::Rung::kPublic) {
        acme::CertStatus one;
        one.name = name;
        one.names = {name, "www." + name};
        one.rung = rung;
        one.facts.emplace().fingerprint = fingerprint;
        std::erase_if(snapshot.certificates, [&](const auto& other) { return other.name == name; });
        snapshot.certificates.push_back(one);
        published.set(std::make_shared<const acme::StatusSnapshot>(snapshot));
    }
    // The commands of this round.
    std::vector<std::string> round(Deliveries& deliveries) {
        ran.clear();
        (void)deliveries.round();
        return ran;
    }
    // Rounds as the thread makes them, for so long; how often something was run.
    std::size_t live(Deliveries& deliveries, Seconds span) {
        std::size_t count = 0;
        const SteadyTime end = clock.steady() + span;
        while (clock.steady() < end) {
            ran.clear();
            const SteadyTime next = deliveries.round();
            count += ran.size();
            REQUIRE(next > clock.steady());
            clock.advance(std::min(next, end) - clock.steady());
        }
        return count;
    }

    fakes::FakeClock clock;
    fakes::FakeFiles files;
    fakes::FixedRandom random;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    acme::StatusSnapshot snapshot;
    Published<acme::StatusSnapshot> published;
    std::vector<std::string> ran;
    std::vector<process::CommandOrder> orders;
    int status = 0;
};

using Ran = std::vector<std::string>;

}  // namespace

TEST_CASE("each receiver gets each of its certificates once, and a renewed one again") {
    Scene scene;
    scene.files.put_folder("/state");
    auto deliveries = scene.make({receiver("one", {"a.example", "b.example"}), receiver("two", {"a.example"}, "send")});
    CHECK(scene.round(*deliveries).empty());  // nothing is known yet
    REQUIRE(deliveries->views().size() == 3);
    CHECK(deliveries->views()[0].state == DeliveryView::State::kWaiting);
    scene.serve("a.example", "f1");
    scene.serve("b.example", "f2", acme::Rung::kSelfSigned);
    CHECK(scene.round(*deliveries) == Ran{"copy RENEWED_LINEAGE=/state/live/a.example", "send RENEWED_LINEAGE=/state/live/a.example"});
    REQUIRE(scene.orders.front().environment.size() == 4);
    CHECK(scene.orders.front().environment[1] == "HOME=/home/p");
    CHECK(scene.orders.front().environment[3] == "RENEWED_DOMAINS=a.example www.a.example");
    CHECK(scene.orders.front().patience == Millis(60000));
    CHECK(scene.round(*deliveries).empty());
    scene.serve("b.example", "f2");
    CHECK(scene.round(*deliveries) == Ran{"copy RENEWED_LINEAGE=/state/live/b.example"});
    scene.serve("a.example", "f3", acme::Rung::kPrevious);  // not worth sending
    CHECK(scene.round(*deliveries).empty());
    scene.serve("a.example", "f3");
    CHECK(scene.round(*deliveries).size() == 2);
    CHECK(deliveries->views()[0].state == DeliveryView::State::kDelivered);
    CHECK(deliveries->views()[0].at == scene.clock.wall());
    CHECK(deliveries->troubles().empty());
}

TEST_CASE("what failed is tried again after 1, 10 and 100 minutes, then daily, and said") {
    Scene scene;
    scene.files.put_folder("/state");
    scene.serve("a.example", "f1");
    scene.status = 3;
    auto deliveries = scene.make({receiver("one", {"a.example"})});
    CHECK(scene.round(*deliveries).size() == 1);
    const auto view = deliveries->views().at(0);
    CHECK(view.state == DeliveryView::State::kFailing);
    CHECK(view.next.value() >= scene.clock.wall() + Seconds(54));
    CHECK(view.next.value() <= scene.clock.wall() + Seconds(66));
    CHECK(view.trouble == "one exited with status 3");
    REQUIRE(deliveries->troubles().size() == 1);
    CHECK(deliveries->troubles()[0].starts_with("[deploy one] did not get the certificate a.example: one exited with status 3; "));
    CHECK(scene.live(*deliveries, Seconds(50)) == 0);
    CHECK(scene.live(*deliveries, Seconds(20)) == 1);
    CHECK(scene.live(*deliveries, Seconds(530)) == 0);
    CHECK(scene.live(*deliveries, Seconds(150)) == 1);
    CHECK(scene.live(*deliveries, Seconds(7000)) == 1);
    CHECK(scene.live(*deliveries, Seconds(10 * 86400)) >= 9);
    CHECK(scene.live(*deliveries, Seconds(10 * 86400)) <= 11);
    scene.serve("a.example", "f2");  // a new one does not wait for the old one's turn, and begins anew
    CHECK(scene.round(*deliveries).size() == 1);
    CHECK(deliveries->views()[0].next.value() <= scene.clock.wall() + Seconds(66));
    scene.status = 0;
    CHECK(scene.live(*deliveries, Seconds(70)) == 1);
    CHECK(deliveries->troubles().empty());
    CHECK(!deliveries->views()[0].next);
}

TEST_CASE("over restarts: nothing twice, nothing forgotten, nothing before its time") {
    Scene scene;
    scene.files.put_folder("/state");
    scene.serve("a.example", "f1");
    scene.serve("b.example", "f2");
    CHECK(scene.round(*scene.make({receiver("one", {"a.example"})})).size() == 1);
    CHECK(scene.round(*scene.make({receiver("one", {"a.example"})})).empty());
    CHECK(scene.round(*scene.make({receiver("one", {"a.example"}, "other")})).size() == 1);  // it may lead elsewhere
    scene.status = 1;
    CHECK(scene.round(*scene.make({receiver("one", {"a.example", "b.example"}, "other")})).size() == 1);
    // a restart tries what failed at once, and counts on
    auto again = scene.make({receiver("one", {"a.example", "b.example"}, "other")});
    CHECK(scene.round(*again).size() == 1);
    CHECK(again->views()[1].next.value() >= scene.clock.wall() + Seconds(540));
    scene.clock.set_wall(WallTime(Seconds(0)));  // 1970: a date that far off holds nobody up
    CHECK(scene.round(*again).size() == 1);
    // who is no longer there is forgotten
    scene.status = 0;
    CHECK(scene.round(*scene.make({})).empty());
    CHECK(scene.round(*scene.make({receiver("one", {"a.example"}, "other")})).size() == 1);
}

TEST_CASE("a reload counts at once") {
    Scene scene;
    scene.files.put_folder("/state");
    scene.serve("a.example", "f1");
    scene.status = 1;
    auto deliveries = scene.make({receiver("one", {"a.example"})});
    CHECK(scene.round(*deliveries).size() == 1);
    CHECK(scene.round(*deliveries).empty());
    scene.status = 0;
    deliveries->set({receiver("one", {"a.example"})});
    CHECK(scene.round(*deliveries).size() == 1);
    deliveries->set({receiver("two", {"a.example"})});
    CHECK(scene.round(*deliveries).size() == 1);
    REQUIRE(deliveries->views().size() == 1);
    CHECK(deliveries->views()[0].receiver == "two");
}

TEST_CASE("a file that cannot be read or written costs a second delivery at most") {
    Scene scene;
    scene.files.put_folder("/state");
    scene.serve("a.example", "f1");
    scene.files.put("/state/deliveries.json", "{\"v\":1,\"deli");
    auto deliveries = scene.make({receiver("one", {"a.example"})});
    CHECK(scene.round(*deliveries).size() == 1);
    CHECK(scene.lines.contain("delivery.damaged"));
    CHECK(scene.files.read("/state/deliveries.json.damaged-1", 100).ok());
    scene.files.deny("/state/deliveries.json", 30);  // EROFS
    scene.serve("a.example", "f2");
    CHECK(scene.round(*deliveries).size() == 1);
    scene.serve("a.example", "f3");
    CHECK(scene.round(*deliveries).size() == 1);
    CHECK(scene.round(*deliveries).empty());
}

TEST_CASE("what was delivered, as text and back") {
    DeliveryBook book;
    book[{"one", "a.example"}] = {"f1", "c1", WallTime(Seconds(1795219200)), "f2", 3, WallTime(Seconds(1795219260)), "said \"no\"\n"};
    const auto read = delivery_book_from(to_text(book));
    REQUIRE(read.ok());
    const Delivery& one = read->at({"one", "a.example"});
    CHECK(one.delivered == "f1");
    CHECK(one.by == "c1");
    CHECK(one.at == WallTime(Seconds(1795219200)));
    CHECK(one.failed == "f2");
    CHECK(one.failures == 3);
    CHECK(one.next == WallTime(Seconds(1795219260)));
    CHECK(one.trouble == "said \"no\"\n");
    for (const char* bad : {"", "{", "[]", "{}", "{\"v\":2,\"deliveries\":[]}", "{\"v\":1,\"deliveries\":{}}"}) CHECK(!delivery_book_from(bad).ok());
}
