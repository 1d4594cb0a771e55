// Answers that come later, in a running house: a helper's thread wakes the loop, and others are served meanwhile.
#include <doctest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/unit/server/front/front_tester.h"

using namespace postern;
using namespace postern::front_tests;

namespace {

// Keeps everybody waiting who asks for /later, until it is told to let go.
class Helper {
public:
    struct Promise final : http::Later {
        Promise(Helper& owner, const http::Waker* waker) : helper(owner) {
            std::lock_guard<std::mutex> hold(helper.mutex);
            helper.wakers.push_back(waker);
            ++helper.waiting;
        }
        ~Promise() override {
            std::lock_guard<std::mutex> hold(helper.mutex);
            if (--helper.waiting == 0) helper.wakers.clear();
        }
        bool take(http::Response& into) override {
            std::lock_guard<std::mutex> hold(helper.mutex);
            into.body = "late";
            return helper.known;
        }
        Helper& helper;
    };
    void let_go() {
        std::lock_guard<std::mutex> hold(mutex);
        known = true;
        for (const http::Waker* waker : wakers) waker->wake();
    }
    int count() {
        std::lock_guard<std::mutex> hold(mutex);
        return waiting;
    }
    std::mutex mutex;
    std::vector<const http::Waker*> wakers;
    int waiting = 0;
    bool known = false;
};

class LateHandler final : public http::Handler {
public:
    explicit LateHandler(Helper& helper) : helper_(helper) {}
    http::Response handle(const http::Request& request, const http::Context& context) override {
        http::Response response;
        if (request.path == "/later") response.later = std::make_unique<Helper::Promise>(helper_, context.waker);
        else response.body = "now";
        return response;
    }

private:
    Helper& helper_;
};

front::Endpoint late_endpoint(Helper& helper) {
    front::Endpoint made = endpoint("x");
    made.make_handler = [&helper](std::size_t) -> Result<std::shared_ptr<http::Handler>> {
        return std::shared_ptr<http::Handler>(std::make_shared<LateHandler>(helper));
    };
    return made;
}

template <typename Condition>
bool soon(Condition condition) {
    for (int i = 0; i < 5000 && !condition(); ++i) usleep(1000);
    return condition();
}

constexpr std::string_view kBoth = "GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /now HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_CASE("who waits is woken, whatever the loop does meanwhile") {
    Helper helper;
    front::FrontOptions options;
    options.loops = 2;
    House house({late_endpoint(helper)}, options);
    REQUIRE(house.front);
    std::vector<std::unique_ptr<Peer>> late;
    for (int i = 0; i < 20; ++i) {
        late.push_back(std::make_unique<Peer>(house.address()));
        REQUIRE(late.back()->say(kBoth));
    }
    REQUIRE(soon([&] { return helper.count() == 20; }));
    Peer other(house.address());
    CHECK(other.get("/now") == "now");
    for (const auto& peer : late) CHECK(peer->silent());
    std::thread([&] { helper.let_go(); }).join();
    for (const auto& peer : late) {
        const std::string heard = peer->hear(1);
        CHECK(heard.find("late") != std::string::npos);
        CHECK((heard.find("now") != std::string::npos || peer->hear(1).find("now") != std::string::npos));
    }
    CHECK(helper.count() == 0);
}

TEST_CASE("a client that goes away, and the end of the house, leave nobody waiting") {
    Helper helper;
    {
        House house({late_endpoint(helper)});
        REQUIRE(house.front);
        Peer stays(house.address()), goes(house.address());
        REQUIRE(stays.say(kBoth));
        REQUIRE(goes.say(kBoth));
        REQUIRE(soon([&] { return helper.count() == 2; }));
        goes.close();
        helper.let_go();
        CHECK(stays.hear(1).find("late") != std::string::npos);
        CHECK(soon([&] { return helper.count() == 0; }));
        helper.known = false;
        REQUIRE(stays.say(kBoth));
        REQUIRE(soon([&] { return helper.count() == 1; }));
        house.front->drain(Millis(50));
    }
    CHECK(helper.count() == 0);
}
