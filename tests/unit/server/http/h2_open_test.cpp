// What the answers of one HTTP/2 connection may hold open: files, and upstreams.
#include <doctest.h>

#include <memory>
#include <utility>
#include <vector>

#include "tests/unit/server/http/h2_peer.h"

namespace postern::http::test {
namespace {

class Letters final : public BodySource {
public:
    std::uint64_t length() const override { return 1000; }
    std::size_t read(char*, std::size_t) override { return 0; }
};

class Promise final : public Later {
public:
    bool take(Response&) override { return false; }
};

class Silence final : public LiveSource {
public:
    std::size_t read(char*, std::size_t) override { return 0; }
    bool ended() const override { return false; }
};

Response answer(const Request& request) {
    Response response;
    if (request.path == "/file") response.source = std::make_unique<Letters>();
    else if (request.path == "/later") response.later = std::make_unique<Promise>();
    else if (request.path == "/live") response.live = std::make_unique<Silence>();
    else response.static_body = "ok";
    return response;
}

// A client that opens no window.
void begin(H2Peer& peer, std::size_t most) {
    peer.handler.answer = answer;
    peer.scratch.open.set_most(most);
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, std::string("\0\4\0\0\0\0", 6)));
}

void ask_ten_times(H2Peer& peer, const std::string& path, std::uint32_t from) {
    for (std::uint32_t id = from; id < from + 20; id += 2)
        peer.raw(frame(kHeaders, 5, id, head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", path}})));
}

void reset_five(H2Peer& peer, std::uint32_t from) {
    for (std::uint32_t id = from; id < from + 10; id += 2) peer.raw(frame(kReset, 0, id, std::string("\0\0\0\x08", 4)));
    peer.wake();
}

constexpr int kFree = static_cast<int>(limits::kH2Open);

// Connections of one loop, each of which has all that it may have whatever others do, and one more request.
class Crowd {
public:
    struct Member final : Rouser {
        H2Peer peer;
        std::vector<std::uint32_t> ids;
        int roused = 0;
        void rouse() override { ++roused; }
        std::uint64_t turn() const override { return 0; }
        int status(std::size_t request) { return peer.of(ids[request]).status; }
        void ask() {
            ids.push_back(peer.ask("GET", "/live"));
            peer.talk();
        }
        void give_up(std::size_t request) {
            peer.reset(ids[request]);
            peer.talk();
        }
        void leave() { peer.session.reset(); }
    };

    Crowd(std::size_t members, std::size_t most) {
        loop_.open.set_most(most);
        for (std::size_t i = 0; i < members; ++i) {
            members_.push_back(std::make_unique<Member>());
            Member& member = *members_.back();
            member.peer.session = make_h2_session(loop_, 0);
            member.peer.handler.answer = answer;
            member.peer.context.rouser = &member;
            for (int k = 0; k < kFree + 1; ++k) member.ask();
        }
    }
    Member& operator[](std::size_t i) { return *members_[i]; }
    std::size_t held() const { return loop_.open.held(); }
    std::vector<int> roused() const {
        std::vector<int> all;
        for (const auto& member : members_) all.push_back(member->roused);
        return all;
    }
    // As the loop runs those who were woken.
    void run() {
        for (const auto& member : members_)
            if (std::exchange(member->roused, 0) > 0 && member->peer.session) member->peer.wake();
    }

private:
    RequestScratch loop_;
    std::vector<std::unique_ptr<Member>> members_;
};

using Roused = std::vector<int>;

}  // namespace

TEST_CASE("h2: who takes no answers holds a few files open, however many he asks for, once all others hold many") {
    for (const std::string path : {"/file", "/later", "/live"}) {
        CAPTURE(path);
        H2Peer peer;
        begin(peer, 3);
        ask_ten_times(peer, path, 1);
        CHECK(peer.handler.count == kFree + 3);
        CHECK(peer.scratch.open.held() == 3);
        ask_ten_times(peer, "/page", 21);  // behind them, in order
        CHECK(peer.handler.count == kFree + 3);
        CHECK(peer.session->phase() == (path == "/later" ? Phase::kWaiting : Phase::kWriting));
        reset_five(peer, 1);
        CHECK(peer.handler.count == 2 * kFree + 6);
        CHECK(peer.scratch.open.held() == 3);
        reset_five(peer, 11);
        CHECK(peer.handler.count == 20);
        CHECK(peer.scratch.open.held() == 0);
    }
}

TEST_CASE("h2: what a connection holds open is let go with it") {
    H2Peer peer;
    begin(peer, 100);
    ask_ten_times(peer, "/file", 1);
    CHECK(peer.handler.count == 10);
    CHECK(peer.scratch.open.held() == 10 - limits::kH2Open);
    peer.session.reset();
    CHECK(peer.scratch.open.held() == 0);
}

TEST_CASE("h2: what lies in memory holds nothing open") {
    H2Peer peer;
    begin(peer, 0);
    ask_ten_times(peer, "/page", 1);
    CHECK(peer.handler.count == 10);
    CHECK(peer.scratch.open.held() == 0);
}

TEST_CASE("h2: a request waits half a minute for a place, and not for ever") {
    H2Peer peer;
    peer.handler.answer = answer;
    peer.scratch.open.set_most(0);
    std::vector<std::uint32_t> ids;
    ids.reserve(kFree + 2);
    for (int i = 0; i < kFree + 2; ++i) ids.push_back(peer.ask("GET", "/live"));
    peer.talk();
    CHECK(peer.handler.count == kFree);
    peer.pass(limits::kLaterTime - Millis(1000));
    peer.time_out();
    peer.talk();
    CHECK(peer.of(ids.back()).status == 0);
    peer.pass(Millis(1000));
    peer.time_out();
    peer.talk();
    CHECK(peer.of(ids[kFree]).status == 503);
    CHECK(peer.of(ids.back()).status == 503);
    CHECK(peer.of(ids.front()).status == 200);  // its answer is under way
    CHECK(peer.handler.count == kFree);
    CHECK_FALSE(peer.goaway);
}

TEST_CASE("h2: one place wakes one of those that wait for it, in order, and who comes later does not take it away") {
    Crowd crowd(4, 1);  // the first has the place
    CHECK(crowd[0].status(kFree) == 200);
    for (std::size_t i = 1; i < 4; ++i) CHECK(crowd[i].status(kFree) == 0);
    crowd[0].give_up(kFree);
    CHECK(crowd.roused() == Roused{0, 1, 0, 0});
    crowd[0].ask();
    crowd[3].ask();
    CHECK(crowd[0].status(kFree + 1) == 0);
    crowd.run();
    CHECK(crowd.roused() == Roused{0, 0, 0, 0});
    CHECK(crowd[1].status(kFree) == 200);
    struct Step {
        std::size_t from, from_request, to, to_request;
    };
    // the second request of each is behind the first of all others
    for (const Step& step : std::vector<Step>{{1, kFree, 2, kFree}, {2, kFree, 3, kFree}, {3, kFree, 0, kFree + 1}, {0, kFree + 1, 3, kFree + 1}}) {
        CAPTURE(step.from);
        CHECK(crowd[step.to].status(step.to_request) == 0);
        crowd[step.from].give_up(step.from_request);
        crowd.run();
        CHECK(crowd[step.to].status(step.to_request) == 200);
        CHECK(crowd.held() == 1);
    }
    CHECK(crowd.roused() == Roused{0, 0, 0, 0});
}

TEST_CASE("h2: a place that a connection gives back with its end, or that its own stream does, is taken as well") {
    Crowd crowd(3, 1);
    crowd[0].leave();
    CHECK(crowd.roused() == Roused{0, 1, 0});
    crowd.run();
    CHECK(crowd[1].status(kFree) == 200);
    crowd[1].ask();
    crowd[2].give_up(0);  // one that counts for nobody else: its own request has it
    CHECK(crowd[2].status(kFree) == 200);
    CHECK(crowd.held() == 1);
    crowd[1].give_up(0);  // likewise one of two that are behind the place
    CHECK(crowd[1].status(kFree + 1) == 200);
    CHECK(crowd.held() == 1);
    CHECK(crowd.roused()[2] == 0);
}

TEST_CASE("h2: a waiter that is gone, or does not want its place any more, leaves it to the next") {
    for (const bool woken : {false, true}) {
        for (const bool resets : {false, true}) {
            CAPTURE(woken);
            CAPTURE(resets);
            Crowd crowd(3, 1);
            if (woken) crowd[0].give_up(kFree);
            CHECK(crowd.roused() == Roused{0, woken ? 1 : 0, 0});
            if (resets) crowd[1].give_up(kFree);
            else crowd[1].leave();
            if (!woken) crowd[0].give_up(kFree);
            CHECK(crowd.roused()[2] == 1);
            crowd.run();
            CHECK(crowd[2].status(kFree) == 200);
            CHECK(crowd.held() == 1);
        }
    }
}

TEST_CASE("h2: who is woken and asked for what holds nothing open passes the place on") {
    Crowd crowd(3, 1);
    crowd[1].peer.handler.answer = [](const Request&) {
        Response response;
        response.static_body = "ok";
        return response;
    };
    crowd[0].give_up(kFree);
    CHECK(crowd.roused() == Roused{0, 1, 0});
    crowd.run();  // the third behind the second
    CHECK(crowd[1].status(kFree) == 200);
    CHECK(crowd[2].status(kFree) == 200);
    CHECK(crowd.held() == 1);
}

TEST_CASE("h2: whoever takes nothing is not in line, and stands at its end when he does again") {
    Crowd crowd(3, 1);
    crowd[1].peer.session->stand_back();
    crowd[0].give_up(kFree);
    CHECK(crowd.roused() == Roused{0, 0, 1});
    crowd[1].peer.wake();
    CHECK(crowd[1].status(kFree) == 0);
    crowd[2].peer.session->stand_back();  // woken, and then he does not come
    CHECK(crowd.roused() == Roused{0, 1, 1});
    crowd[1].peer.wake();
    CHECK(crowd[1].status(kFree) == 200);
}

TEST_CASE("h2: who waits in vain is refused after half a minute, and out of the line") {
    Crowd crowd(3, 1);
    for (const std::size_t i : {1, 2}) {
        crowd[i].peer.pass(limits::kLaterTime);
        crowd[i].peer.time_out();
        crowd[i].peer.talk();
        CHECK(crowd[i].status(kFree) == 503);
    }
    crowd[0].give_up(kFree);
    CHECK(crowd.roused() == Roused{0, 0, 0});
    CHECK(crowd.held() == 0);
}

TEST_CASE("h2: many wait for one place, and each has it in turn") {
    constexpr std::size_t kMany = 200;
    Crowd crowd(kMany, 1);
    for (std::size_t i = 0; i + 1 < kMany; ++i) {
        CAPTURE(i);
        crowd[i].give_up(kFree);
        Roused one(kMany, 0);
        one[i + 1] = 1;
        CHECK(crowd.roused() == one);
        crowd.run();
        CHECK(crowd[i + 1].status(kFree) == 200);
    }
    CHECK(crowd.held() == 1);
}

TEST_CASE("h2: a body that is to be passed on does not wait for a place in the window of others") {
    H2Peer peer;
    peer.handler.answer = answer;
    peer.handler.wants_bodies = true;
    peer.scratch.open.set_most(0);
    for (int i = 0; i < kFree; ++i) (void)peer.ask("GET", "/live");
    peer.talk();
    const auto id = peer.ask("POST", "/live", {{"content-length", "300000"}}, false);
    peer.talk();
    CHECK(peer.of(id).status == 503);
    CHECK(peer.handler.count == kFree);
}

}  // namespace postern::http::test
