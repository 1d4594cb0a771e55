#include "firmware/admin/event_hub.h"

#include <doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/http/later.h"

using namespace postern;
using admin::EventHub;

namespace {

struct Bell final : http::Waker {
    void wake() const override { ++rung; }
    mutable int rung = 0;
};

std::string hear(http::LiveSource& source, std::size_t room = 4096, int most = 100000) {
    std::string all, buffer(room, '\0');
    while (most-- > 0) {
        const std::size_t size = source.read(buffer.data(), room);
        if (size == 0) break;
        all.append(buffer, 0, size);
    }
    return all;
}

const auto kWelcome = [] { return true; };

}  // namespace

TEST_CASE("who listens hears what is told from then on, in any pieces") {
    for (const std::size_t room : {1, 7, 4096}) {
        EventHub hub;
        Bell bell;
        hub.tell("log", R"({"line":"before"})");
        const auto source = hub.listen(bell, 0, kWelcome);
        REQUIRE(source);
        CHECK(hear(*source, room) == "retry: 3000\n\n");
        hub.tell("progress", R"({"step":1})");
        hub.tell("log", R"({"line":"x"})");
        CHECK(bell.rung == 2);
        CHECK(hear(*source, room) == "id: 2\nevent: progress\ndata: {\"step\":1}\n\nid: 3\nevent: log\ndata: {\"line\":\"x\"}\n\n");
        CHECK(hear(*source, room).empty());
        CHECK(!source->ended());
    }
}

TEST_CASE("who comes again hears what was told meanwhile, or that it is lost") {
    EventHub hub;
    Bell bell;
    for (int i = 1; i <= 3; ++i) hub.tell("log", std::to_string(i));
    CHECK(hear(*hub.listen(bell, 1, kWelcome)) == "retry: 3000\n\nid: 2\nevent: log\ndata: 2\n\nid: 3\nevent: log\ndata: 3\n\n");
    CHECK(hear(*hub.listen(bell, 3, kWelcome)) == "retry: 3000\n\n");
    // from before a restart: what of it this one has not told is not known
    CHECK(hear(*hub.listen(bell, 99, kWelcome)).starts_with("retry: 3000\n\nevent: lost\ndata: {}\n\nid: 1\n"));
}

TEST_CASE("the ring is bounded, and who is too slow is told so") {
    EventHub hub;
    Bell bell;
    const auto slow = hub.listen(bell, 0, kWelcome);
    CHECK(hear(*slow) == "retry: 3000\n\n");
    const std::string data(1000, 'x');
    for (int i = 0; i < 200; ++i) hub.tell("log", data);
    const std::string heard = hear(*slow);
    CHECK(heard.starts_with("event: lost\ndata: {}\n\nid: "));
    CHECK(heard.size() < EventHub::kRing + 100);
    CHECK(heard.size() > EventHub::kRing / 2);
    CHECK(heard.find("id: 200\n") != std::string::npos);
    hub.tell("log", std::string(EventHub::kRing, 'x'));  // larger than is taken
    CHECK(hear(*slow).empty());
}

TEST_CASE("an event that leaves the ring half said ends the stream") {
    EventHub hub;
    Bell bell;
    const auto slow = hub.listen(bell, 0, kWelcome);
    hub.tell("log", std::string(1000, 'x'));
    CHECK(hear(*slow, 20, 3).size() == 60);  // the greeting, and the beginning of the event
    for (int i = 0; i < 200; ++i) hub.tell("log", std::string(1000, 'y'));
    CHECK(hear(*slow).empty());
    CHECK(slow->ended());
}

TEST_CASE("a beat says something empty once, to those who have nothing else to hear") {
    EventHub hub;
    Bell bell;
    const auto source = hub.listen(bell, 0, kWelcome);
    CHECK(hear(*source) == "retry: 3000\n\n");
    hub.beat();
    CHECK(hear(*source) == ":\n\n");
    CHECK(hear(*source).empty());
    hub.tell("log", "1");
    hub.beat();
    CHECK(hear(*source) == "id: 1\nevent: log\ndata: 1\n\n");
    CHECK(bell.rung == 3);
}

TEST_CASE("a stream ends when its listener is not welcome any more, and there are not too many") {
    EventHub hub;
    Bell one, other;
    bool welcome = true;
    std::vector<std::unique_ptr<http::LiveSource>> all;
    all.push_back(hub.listen(one, 0, [&] { return welcome; }));
    CHECK(hear(*all[0]) == "retry: 3000\n\n");
    welcome = false;
    hub.tell("log", "secret");
    CHECK(hear(*all[0]).empty());
    CHECK(all[0]->ended());
    welcome = true;
    CHECK(hear(*all[0]).empty());  // it stays so
    while (auto next = hub.listen(other, 0, kWelcome)) all.push_back(std::move(next));
    CHECK(all.size() == EventHub::kListeners);
    CHECK(hub.listeners() == EventHub::kListeners);
    other.rung = 0;
    hub.beat();
    CHECK(other.rung == 1);  // its loop once, not for each
    all.clear();
    CHECK(hub.listeners() == 0);
    CHECK(hub.listen(one, 0, kWelcome) != nullptr);
}
