// What the answers of one HTTP/2 connection may hold open: files, and upstreams.
#include <doctest.h>

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
    peer.scratch.most_held_open = most;
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

}  // namespace

TEST_CASE("h2: who takes no answers holds a few files open, however many he asks for, once all others hold many") {
    for (const std::string path : {"/file", "/later", "/live"}) {
        CAPTURE(path);
        H2Peer peer;
        begin(peer, 3);
        ask_ten_times(peer, path, 1);
        CHECK(peer.handler.count == kFree + 3);
        CHECK(peer.scratch.held_open == 3);
        ask_ten_times(peer, "/page", 21);  // behind them, in order
        CHECK(peer.handler.count == kFree + 3);
        CHECK(peer.session->phase() == (path == "/later" ? Phase::kWaiting : Phase::kWriting));
        reset_five(peer, 1);
        CHECK(peer.handler.count == 2 * kFree + 6);
        CHECK(peer.scratch.held_open == 3);
        reset_five(peer, 11);
        CHECK(peer.handler.count == 20);
        CHECK(peer.scratch.held_open == 0);
    }
}

TEST_CASE("h2: what a connection holds open is let go with it") {
    H2Peer peer;
    begin(peer, 100);
    ask_ten_times(peer, "/file", 1);
    CHECK(peer.handler.count == 10);
    CHECK(peer.scratch.held_open == 10 - limits::kH2Open);
    peer.session.reset();
    CHECK(peer.scratch.held_open == 0);
}

TEST_CASE("h2: what lies in memory holds nothing open") {
    H2Peer peer;
    begin(peer, 0);
    ask_ten_times(peer, "/page", 1);
    CHECK(peer.handler.count == 10);
    CHECK(peer.scratch.held_open == 0);
}

TEST_CASE("h2: a request waits half a minute for a place, and not for ever") {
    H2Peer peer;
    peer.handler.answer = answer;
    peer.scratch.most_held_open = 0;
    std::vector<std::uint32_t> ids;
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

TEST_CASE("h2: a body that is to be passed on does not wait for a place in the window of others") {
    H2Peer peer;
    peer.handler.answer = answer;
    peer.handler.wants_bodies = true;
    peer.scratch.most_held_open = 0;
    for (int i = 0; i < kFree; ++i) (void)peer.ask("GET", "/live");
    peer.talk();
    const auto id = peer.ask("POST", "/live", {{"content-length", "300000"}}, false);
    peer.talk();
    CHECK(peer.of(id).status == 503);
    CHECK(peer.handler.count == kFree);
}

}  // namespace postern::http::test
