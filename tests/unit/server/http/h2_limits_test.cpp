// What an HTTP/2 connection may cost: windows, ages, floods, memory; and its end.
#include <doctest.h>

#include "tests/unit/server/http/h2_peer.h"

namespace postern::http::test {
namespace {

class Letters final : public BodySource {
public:
    Letters(std::uint64_t length, std::uint64_t there) : length_(length), there_(there) {}
    std::uint64_t length() const override { return length_; }
    std::size_t read(char* into, std::size_t room) override {
        const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(room, there_));
        for (std::size_t i = 0; i < size; ++i) into[i] = 'x';
        there_ -= size;
        return size;
    }

private:
    std::uint64_t length_, there_;
};

struct News {
    std::string text;
    bool over = false, dropped = false;
};

class Reader final : public LiveSource {
public:
    explicit Reader(std::shared_ptr<News> news) : news_(std::move(news)) {}
    ~Reader() override { news_->dropped = true; }
    std::size_t read(char* into, std::size_t room) override {
        const std::size_t size = std::min(room, news_->text.size());
        news_->text.copy(into, size);
        news_->text.erase(0, size);
        return size;
    }
    bool ended() const override { return news_->over; }

private:
    std::shared_ptr<News> news_;
};

class Promise final : public Later {
public:
    explicit Promise(std::shared_ptr<News> news) : news_(std::move(news)) {}
    ~Promise() override { news_->dropped = true; }
    bool take(Response& into) override {
        if (!news_->over) return false;
        into.body = news_->text;
        return true;
    }

private:
    std::shared_ptr<News> news_;
};

// Whose answers come in every way there is.
struct Scene {
    explicit Scene(std::size_t max_body = 0, std::uint32_t window = 65535) : peer(max_body, 65536, window) {
        peer.handler.answer = [this](const Request& request) {
            Response response;
            if (request.path == "/later") response.later = std::make_unique<Promise>(news);
            else if (request.path == "/live") response.live = std::make_unique<Reader>(news);
            else if (request.path == "/file") response.source = std::make_unique<Letters>(200000, 200000);
            else if (request.path == "/cut") response.source = std::make_unique<Letters>(200000, 30000);
            else response.static_body = "ok";
            return response;
        };
    }
    H2Peer peer;
    std::shared_ptr<News> news = std::make_shared<News>();
};

}  // namespace

TEST_CASE("h2: a body waits for the window") {
    Scene scene(0, 1000);
    H2Peer& peer = scene.peer;
    const auto id = peer.ask("GET", "/file");
    peer.talk();  // the client opens its windows by itself as it takes what comes
    CHECK(peer.of(id).body.size() == 200000);
    CHECK(peer.of(id).complete);

    H2Peer raw;
    raw.handler.answer = [](const Request&) {
        Response response;
        response.source = std::make_unique<Letters>(200000, 200000);
        return response;
    };
    raw.raw(std::string(kPreface) + frame(kSettings, 0, 0, std::string("\0\4\0\0\0\x64", 6)));  // 100 bytes a stream
    raw.raw(frame(kHeaders, 5, 1, head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}})));
    REQUIRE(raw.find(kData, 1) != nullptr);
    CHECK(raw.find(kData, 1)->payload.size() == 100);
    CHECK(raw.session->phase() == Phase::kWriting);
    CHECK(!raw.session->has_output());
    raw.raw(frame(kWindow, 0, 1, std::string("\0\0\0\x07", 4)));
    CHECK(raw.find(kData, 1)->payload.size() == 7);
    raw.raw(frame(kHeaders, 5, 3, head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}})));
    CHECK(raw.find(kData, 3) != nullptr);  // one that is stuck holds up no other
    raw.raw(frame(kReset, 0, 1, std::string("\0\0\0\x08", 4)) + frame(kReset, 0, 3, std::string("\0\0\0\x08", 4)));
    CHECK(raw.session->phase() == Phase::kIdle);
}

TEST_CASE("h2: a source that fails resets its stream and no other") {
    Scene scene;
    const auto cut = scene.peer.ask("GET", "/cut"), whole = scene.peer.ask("GET", "/file");
    scene.peer.talk();
    CHECK(scene.peer.of(cut).reset == 2);  // INTERNAL_ERROR: it is short, and the client knows
    CHECK(!scene.peer.of(cut).complete);
    CHECK(scene.peer.of(whole).body.size() == 200000);
    CHECK(scene.peer.session->phase() == Phase::kIdle);
}

TEST_CASE("h2: where a handler asks for it, it is asked once more for the same request, body and all") {
    const auto news = std::make_shared<News>();
    H2Peer peer(100);
    int asked = 0;
    peer.handler.answer = [&](const Request& request) {
        Response response;
        response.user = "ann";
        if (request.path == "/quick" || ++asked > 2) {
            response.body = std::string(request.method_text) + " " + std::string(request.path) + " " + std::string(request.body);
            return response;
        }
        response.later = std::make_unique<Promise>(news);
        response.again = true;
        return response;
    };
    const auto later = peer.ask("POST", "/later", {}, false), quick = peer.ask("GET", "/quick");
    peer.say(later, "abc");
    peer.talk();
    CHECK(peer.of(quick).body == "GET /quick ");
    peer.wake();
    CHECK(asked == 1);
    news->over = true;
    peer.wake();
    peer.talk();
    CHECK(asked == 2);
    CHECK(peer.of(later).status == 0);
    peer.wake();
    peer.talk();
    CHECK(peer.of(later).body == "POST /later abc");
    CHECK(peer.session->phase() == Phase::kIdle);
}

TEST_CASE("h2: an answer that comes later") {
    Scene scene(10);
    H2Peer& peer = scene.peer;
    const auto later = peer.ask("GET", "/later"), quick = peer.ask("GET", "/quick");
    peer.talk();
    CHECK(peer.of(quick).status == 200);
    CHECK(peer.of(later).status == 0);
    CHECK(peer.session->phase() == Phase::kWaiting);
    peer.wake();
    CHECK(peer.of(later).status == 0);
    *scene.news = {"late", true, false};
    peer.wake();
    CHECK(peer.of(later).body == "late");
    CHECK(peer.session->phase() == Phase::kIdle);
    CHECK(scene.news->dropped);
}

TEST_CASE("h2: who is promised an answer waits for so long, and others go on") {
    Scene scene;
    H2Peer& peer = scene.peer;
    const auto first = peer.ask("GET", "/later");
    peer.talk();
    peer.pass(limits::kLaterTime - Millis(1));
    const auto second = peer.ask("GET", "/later");
    peer.talk();
    peer.pass(Millis(1));
    peer.time_out();
    CHECK(peer.of(first).status == 504);
    CHECK(peer.of(second).status == 0);
    CHECK(!peer.goaway);
    CHECK(peer.session->phase() == Phase::kWaiting);
    peer.reset(second);
    peer.talk();
    CHECK(peer.session->phase() == Phase::kIdle);
}

TEST_CASE("h2: a live body") {
    Scene scene;
    H2Peer& peer = scene.peer;
    const auto live = peer.ask("GET", "/live"), quick = peer.ask("GET", "/quick");
    peer.talk();
    CHECK(peer.of(live).status == 200);
    CHECK(peer.of(live).fields.count("content-length") == 0);
    CHECK(peer.of(quick).complete);
    CHECK(peer.session->phase() == Phase::kStreaming);
    scene.news->text = "one";
    peer.wake();
    CHECK(peer.of(live).body == "one");
    SUBCASE("to its end") {
        scene.news->text = "two";
        scene.news->over = true;
        peer.wake();
        CHECK(peer.of(live).body == "onetwo");
        CHECK(peer.of(live).complete);
        CHECK(peer.session->phase() == Phase::kIdle);
    }
    SUBCASE("until nobody listens") {
        peer.reset(live);
        peer.talk();
        CHECK(scene.news->dropped);
        CHECK(peer.session->phase() == Phase::kIdle);
    }
    SUBCASE("until the house closes") {
        peer.session->no_more_requests();
        peer.wake();
        CHECK(peer.of(live).complete);
        CHECK(peer.goaway == 0);
        CHECK(peer.session->phase() == Phase::kClosing);
    }
    SUBCASE("until it has said nothing for too long") {
        peer.pass(limits::kStreamQuiet);
        peer.time_out();
        CHECK(peer.of(live).reset == 2);
        CHECK(peer.session->phase() == Phase::kIdle);
    }
}

TEST_CASE("h2: the house closes: what began is finished") {
    Scene scene(10);
    H2Peer& peer = scene.peer;
    const auto later = peer.ask("GET", "/later");
    peer.talk();
    peer.session->no_more_requests();
    peer.wake();
    CHECK(peer.goaway == 0);
    CHECK(peer.session->phase() == Phase::kWaiting);
    *scene.news = {"late", true, false};
    peer.wake();
    CHECK(peer.of(later).body == "late");
    CHECK(peer.session->phase() == Phase::kClosing);
    H2Peer idle;
    idle.ask("GET", "/");
    idle.talk();
    idle.session->no_more_requests();
    idle.wake();
    CHECK(idle.goaway == 0);
    CHECK(idle.session->phase() == Phase::kClosing);
}

TEST_CASE("h2: each phase has its time") {
    SUBCASE("nothing comes") {
        H2Peer peer;
        CHECK(peer.session->phase() == Phase::kWriting);  // our SETTINGS
        peer.raw("");
        CHECK(peer.session->phase() == Phase::kHead);
        peer.time_out();
        REQUIRE(peer.find(kGoaway) != nullptr);
        CHECK(peer.session->phase() == Phase::kClosing);
    }
    SUBCASE("half a head") {
        H2Peer peer;
        peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, "") + frame(kHeaders, 1, 1, head_of({{":method", "GET"}})));
        CHECK(peer.session->phase() == Phase::kHead);
        peer.time_out();
        CHECK(peer.find(kGoaway) == nullptr);  // it was another's time: this one has just begun
        peer.pass(limits::kHeaderTime);
        peer.time_out();
        REQUIRE(peer.find(kGoaway) != nullptr);
        CHECK(peer.find(kGoaway)->code() == 11);  // ENHANCE_YOUR_CALM
        CHECK(peer.session->phase() == Phase::kClosing);
    }
    SUBCASE("half a body, and other requests meanwhile") {
        H2Peer peer(100);
        const auto slow = peer.ask("POST", "/slow", {}, false);
        peer.talk();
        for (int i = 0; i < 61; ++i) {
            CHECK(peer.of(slow).status == 0);
            peer.pass(Millis(1000));
            peer.say(slow, "x", false);
            peer.ask("GET", "/other");
            peer.talk();
            if (peer.of(slow).status != 0) break;
        }
        CHECK(peer.of(slow).status == 408);
        CHECK(!peer.goaway);
    }
    SUBCASE("idle") {
        H2Peer peer;
        peer.ask("GET", "/");
        peer.talk();
        peer.time_out();
        CHECK(peer.goaway == 0);
        CHECK(peer.session->phase() == Phase::kClosing);
    }
}

TEST_CASE("h2: a ping is answered and is no use of the connection") {
    H2Peer peer;
    peer.ask("GET", "/");
    peer.talk();
    CHECK(peer.session->take_progress());
    peer.ping();
    peer.talk();
    CHECK(peer.pongs == 1);
    CHECK(!peer.session->take_progress());
}

TEST_CASE("h2: floods end the connection") {
    const std::string head = head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/later"}});
    struct Row {
        std::string name, once;
        int times;          // must end it
        int allowed;        // must not
    };
    const Row rows[] = {
        {"pings", frame(kPing, 0, 0, "12345678"), 1100, 900},
        {"settings", frame(kSettings, 0, 0, ""), 1100, 900},
        {"priorities", frame(kPriority, 0, 1, std::string(5, '\0')), 1100, 900},
        {"windows", frame(kWindow, 0, 0, std::string("\0\0\0\1", 4)), 1100, 900},
        {"empty data", frame(kData, 0, 1, ""), 1100, 900},
    };
    for (const Row& row : rows)
        for (const int times : {row.allowed, row.times}) {
            CAPTURE(row.name);
            CAPTURE(times);
            H2Peer peer(100);
            peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, "") + frame(kHeaders, 4, 1, head));
            for (int i = 0; i < times && peer.session->phase() != Phase::kClosing; ++i) peer.raw(row.once);
            CHECK((peer.session->phase() == Phase::kClosing) == (times == row.times));
            if (times == row.times) {
                REQUIRE(peer.find(kGoaway) != nullptr);
                CHECK(peer.find(kGoaway)->code() == 11);
            }
        }
    H2Peer peer(100);  // with time it is as good as new
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, ""));
    for (int i = 0; i < 3000; ++i) {
        peer.pass(Millis(100));
        peer.raw(rows[0].once);
    }
    CHECK(peer.find(kGoaway) == nullptr);
}

TEST_CASE("h2: rapid resets end the connection (CVE-2023-44487)") {
    const std::string head = head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}});
    H2Peer peer;
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, ""));
    int times = 0;
    for (; times < 1000 && peer.session->phase() != Phase::kClosing; ++times) {
        const auto id = static_cast<std::uint32_t>(2 * times + 1);
        peer.raw(frame(kHeaders, 4, id, head) + frame(kReset, 0, id, std::string("\0\0\0\x08", 4)));
    }
    CHECK(times >= 200);
    CHECK(times <= 320);
    CHECK(peer.find(kGoaway) != nullptr);
}

TEST_CASE("h2: a head that goes on and on ends the connection (CVE-2024-27316)") {
    H2Peer peer;
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, "") + frame(kHeaders, 1, 1, head_of({{":method", "GET"}})));
    int times = 0;
    for (; times < 1000 && peer.session->phase() != Phase::kClosing; ++times) peer.raw(frame(kContinuation, 0, 1, literal("x", "y")));
    CHECK(times <= 40);
    CHECK(peer.handler.count == 0);
}

TEST_CASE("h2: a field section that is far too long is not gone through") {
    const std::string head = head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}});
    const std::string entry("\x40\x01x\x7f\x81\x1e", 6);  // a name, and 3968 bytes of value, into the table
    H2Peer peer(100);
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, "") + frame(kHeaders, 5, 1, head + entry + std::string(3968, 'y')));
    CHECK(peer.handler.count == 1);
    for (const bool trailers : {false, true}) {
        CAPTURE(trailers);
        const std::uint32_t id = trailers ? 5 : 3;
        const std::string bomb(15000, '\xbe');  // that entry, each byte: 60 MB
        if (trailers) peer.raw(frame(kHeaders, 4, id, head) + frame(kHeaders, 5, id, bomb));
        else peer.raw(frame(kHeaders, 5, id, head + bomb));
        REQUIRE(peer.find(kReset, id) != nullptr);
        CHECK(peer.find(kReset, id)->code() == 11);
        CHECK(peer.handler.count == 1);
    }
    peer.raw(frame(kHeaders, 5, 7, head + "\xbe"));  // the table is in step
    CHECK(peer.handler.count == 2);
    CHECK(peer.find(kGoaway) == nullptr);
}

TEST_CASE("h2: who takes no answer is judged by his pace, whatever else he is at") {
    const std::string head = head_of({{":method", "POST"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}});
    H2Peer peer(100);
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, std::string("\0\4\0\0\0\0", 6)) + frame(kHeaders, 5, 1, head));
    CHECK(peer.session->phase() == Phase::kWriting);
    peer.raw(frame(kHeaders, 4, 3, head));  // half a request
    CHECK(peer.session->phase() == Phase::kWriting);
    CHECK(!peer.session->has_output());
    peer.raw(frame(kWindow, 0, 1, std::string("\0\0\0\x10", 4)));
    CHECK(peer.session->phase() == Phase::kBody);
    peer.raw(frame(kHeaders, 0, 5, head) + frame(kContinuation, 0, 5, ""));  // and half a head, which another's end does not hide
    peer.raw(frame(kContinuation, 4, 5, "") + frame(kData, 1, 5, "x"));
    CHECK(peer.session->phase() == Phase::kWriting);
}

TEST_CASE("h2: requests that are not over are held up to a bound") {
    H2Peer peer(1000);
    peer.talk();
    std::vector<std::uint32_t> ids;
    for (int i = 0; i < 50; ++i) ids.push_back(peer.ask("POST", "/", {{"x", std::string(8000, 'y')}}, false));
    peer.talk();
    int refused = 0;
    for (const auto id : ids) refused += peer.of(id).reset == 7;  // REFUSED_STREAM: may be sent again
    CHECK(refused > 30);
    CHECK(refused < 45);
    CHECK(!peer.goaway);
}

TEST_CASE("h2: who takes no answers gets no more than so many at a time") {
    H2Peer peer;
    int open = 0;
    class Held final : public BodySource {
    public:
        explicit Held(int& count) : count_(count) { ++count_; }
        ~Held() override { --count_; }
        std::uint64_t length() const override { return 70000; }
        std::size_t read(char* into, std::size_t room) override {
            std::fill(into, into + room, 'x');
            return room;
        }

    private:
        int& count_;
    };
    peer.handler.answer = [&](const Request&) {
        Response response;
        response.source = std::make_unique<Held>(open);
        return response;
    };
    const std::string head = head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}});
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, std::string("\0\4\0\0\0\0", 6)));
    for (std::uint32_t id = 1; id < 200; id += 2) peer.raw(frame(kHeaders, 5, id, head));
    CHECK(peer.handler.count == static_cast<int>(limits::kH2Answers));
    CHECK(open == static_cast<int>(limits::kH2Answers));
    CHECK(peer.session->phase() == Phase::kWriting);
    CHECK(!peer.session->has_output());
    peer.raw(frame(kReset, 0, 1, std::string("\0\0\0\x08", 4)) + frame(kReset, 0, 199, std::string("\0\0\0\x08", 4)));
    CHECK(peer.handler.count == static_cast<int>(limits::kH2Answers) + 1);  // the oldest that waits
    REQUIRE(peer.find(kHeaders, 2 * limits::kH2Answers + 1) != nullptr);
    CHECK(open == static_cast<int>(limits::kH2Answers));
    for (std::uint32_t id = 3; id < 199; id += 2) peer.raw(frame(kWindow, 0, id, std::string("\0\1\x11\x70", 4)) + frame(kWindow, 0, 0, std::string("\0\1\x11\x70", 4)));
    CHECK(peer.handler.count == 99);
    CHECK(open == 0);
    CHECK(peer.session->phase() == Phase::kIdle);
}

TEST_CASE("h2: an answer that says close") {
    H2Peer peer;
    peer.handler.answer = [](const Request&) {
        Response response;
        response.close = true;
        response.static_body = "bye";
        return response;
    };
    const auto id = peer.ask("GET", "/");
    peer.talk();
    CHECK(peer.of(id).body == "bye");
    CHECK(peer.goaway == 0);
    CHECK(peer.session->phase() == Phase::kClosing);
}

TEST_CASE("h2: one connection gets so many answers, and no more") {
    H2Peer peer;
    peer.raw(std::string(kPreface) + frame(kSettings, 0, 0, "") + frame(kWindow, 0, 0, std::string("\x40\0\0\0", 4)));
    const std::string head("\x82\x87\x84\x01\x01\x61", 6);  // GET https / of host a
    for (std::uint32_t i = 0; i < limits::kH2Requests; ++i) {
        if (peer.session->phase() == Phase::kClosing) break;
        peer.handler.seen.clear();
        peer.seen.clear();
        peer.raw(frame(kHeaders, 5, 2 * i + 1, head));
    }
    CHECK(peer.handler.count == static_cast<int>(limits::kH2Requests));
    REQUIRE(peer.find(kGoaway) != nullptr);
    CHECK(peer.find(kGoaway)->code() == 0);
    CHECK(peer.session->phase() == Phase::kClosing);
}

TEST_CASE("h2: what is no HTTP/2 ends at once") {
    for (const std::string_view bytes : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"}) {
        H2Peer peer;
        peer.raw(bytes);
        CHECK(peer.session->phase() == Phase::kClosing);
        CHECK(peer.handler.count == 0);
    }
}

}  // namespace postern::http::test
