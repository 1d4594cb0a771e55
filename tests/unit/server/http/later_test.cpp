// Answers that come later: what the connection does meanwhile, and then.
#include <doctest.h>

#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

// What a handler's helper has found out so far.
struct Found {
    bool there = false;
    bool dropped = false;  // nobody waits any more
};

class Promise final : public Later {
public:
    Promise(std::shared_ptr<Found> found, bool closes) : found_(std::move(found)), closes_(closes) {}
    ~Promise() override { found_->dropped = true; }
    bool take(Response& into) override {
        if (!found_->there) return false;
        into.body = "late";
        into.close = closes_;
        return true;
    }

private:
    std::shared_ptr<Found> found_;
    bool closes_;
};

struct Scene {
    explicit Scene(std::size_t max_body = 0, std::size_t room = 65536) : wire(max_body, room) {
        wire.context.access = &access;
        wire.handler.answer = [this](const Request& request) {
            Response response;
            if (request.path == "/later") response.later = std::make_unique<Promise>(found, closes);
            else response.static_body = "ok";
            return response;
        };
    }
    // As the loop does when it is woken.
    void woken() {
        std::string window(room_, '\0');
        Output out(window.data(), window.size());
        wire.session->resume(wire.context, out);
        wire.sent += out.bytes();
        wire.drain();
    }
    struct Access final : AccessObserver {
        void answered(const Answered& answered, const Context&) override {
            lines += std::string(answered.request ? answered.request->path : "-") + " " + std::to_string(answered.status) +
                     (answered.user.empty() ? "" : " " + std::string(answered.user)) + "\n";
        }
        std::string lines;
    } access;
    std::shared_ptr<Found> found = std::make_shared<Found>();
    bool closes = false;
    Wire wire;
    std::size_t room_ = 65536;
};

constexpr std::string_view kLater = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

std::string status_of(const std::string& sent) { return sent.substr(0, 12); }

}  // namespace

TEST_CASE("an answer comes when it is there, and the next request only then") {
    Scene scene;
    const std::string both = std::string(kLater) + std::string(kNext);
    CHECK(scene.wire.once(both) == kLater.size());
    CHECK(scene.wire.session->phase() == Phase::kWaiting);
    CHECK(scene.wire.take().empty());
    CHECK(scene.wire.once(kNext) == 0);
    scene.woken();  // for somebody else
    CHECK(scene.wire.session->phase() == Phase::kWaiting);
    CHECK(scene.wire.sent.empty());
    CHECK(scene.access.lines.empty());
    scene.found->there = true;
    scene.woken();
    CHECK(scene.wire.session->phase() == Phase::kIdle);
    CHECK(status_of(scene.wire.sent) == "HTTP/1.1 200");
    CHECK(scene.wire.sent.ends_with("\r\n\r\nlate"));
    CHECK(scene.found->dropped);
    CHECK(scene.access.lines == "/later 200\n");
    scene.wire.take();
    CHECK(scene.wire.once(kNext) == kNext.size());
    CHECK(scene.wire.sent.ends_with("\r\n\r\nok"));
    CHECK(scene.access.lines == "/later 200\n/next 200\n");
    scene.woken();  // nobody waits
    CHECK(scene.wire.session->phase() == Phase::kIdle);
}

TEST_CASE("the request is known again when its answer comes: HEAD, HTTP/1.0, a body") {
    struct Row {
        const char *request, *wanted;
        bool closes;
    };
    for (const Row& row :
         {Row{"HEAD /later HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n", false},
          {"GET /later HTTP/1.0\r\n\r\n", "\r\n\r\nlate", true},
          {"GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "\r\n\r\nlate", true},
          {"POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "\r\n\r\nlate", false},
          {"POST /later HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "\r\n\r\nlate", false}}) {
        for (const std::size_t chunk : {std::string::npos, std::size_t{1}}) {
            CAPTURE(row.request);
            Scene scene(100);
            scene.wire.send(row.request, chunk);
            REQUIRE(scene.wire.session->phase() == Phase::kWaiting);
            scene.found->there = true;
            scene.woken();
            CHECK(scene.wire.sent.ends_with(row.wanted));
            CHECK(scene.wire.sent.find("Content-Length: 4\r\n") != std::string::npos);
            CHECK((scene.wire.session->phase() == Phase::kClosing) == row.closes);
        }
    }
}

TEST_CASE("where a handler asks for it, it is asked once more for the same request, body and all") {
    for (const bool waits_twice : {false, true}) {
        Scene scene(100);
        int asked = 0;
        scene.wire.handler.answer = [&](const Request& request) {
            Response response;
            ++asked;
            response.user = "ann";
            if (asked <= (waits_twice ? 2 : 1)) {
                response.later = std::make_unique<Promise>(scene.found, false);
                response.again = true;
            } else {
                response.body = std::string(request.method_text) + " " + std::string(request.path) + " " + std::string(request.body);
            }
            return response;
        };
        const std::string post = "POST /later HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        CHECK(scene.wire.once(post + std::string(kNext)) == post.size());
        scene.woken();
        CHECK(asked == 1);
        scene.found->there = true;
        scene.woken();
        if (waits_twice) {
            CHECK(asked == 2);
            CHECK(scene.wire.session->phase() == Phase::kWaiting);
            scene.woken();
        }
        CHECK(scene.wire.sent.ends_with("\r\n\r\nPOST /later abc"));
        CHECK(scene.access.lines == "/later 200 ann\n");
        CHECK(scene.wire.session->phase() == Phase::kIdle);
        CHECK(scene.wire.once(kNext) == kNext.size());
    }
}

TEST_CASE("the one who asked is noted with an answer that came later, too") {
    Scene scene;
    scene.wire.handler.answer = [&](const Request&) {
        Response response;
        response.later = std::make_unique<Promise>(scene.found, false);
        response.user = "ann";
        return response;
    };
    scene.wire.once(kLater);
    scene.found->there = true;
    scene.woken();
    CHECK(scene.access.lines == "/later 200 ann\n");
}

TEST_CASE("who waits too long gets a 504, and who drains his answer and a good-bye") {
    Scene late;
    late.wire.once(kLater);
    late.wire.time_out();
    CHECK(status_of(late.wire.sent) == "HTTP/1.1 504");
    CHECK(late.wire.session->phase() == Phase::kClosing);
    CHECK(late.found->dropped);
    CHECK(late.access.lines == "/later 504\n");

    Scene draining;
    draining.wire.once(kLater);
    draining.wire.session->no_more_requests();
    CHECK(draining.wire.session->phase() == Phase::kWaiting);
    draining.found->there = true;
    draining.woken();
    CHECK(draining.wire.sent.find("Connection: close\r\n") != std::string::npos);
    CHECK(draining.wire.session->phase() == Phase::kClosing);

    Scene closing;
    closing.closes = true;
    closing.wire.once(kLater);
    closing.found->there = true;
    closing.woken();
    CHECK(closing.wire.session->phase() == Phase::kClosing);
}

TEST_CASE("a connection that goes away drops what it waited for") {
    const auto found = std::make_shared<Found>();
    {
        Scene scene;
        scene.found = found;
        scene.wire.once(kLater);
        CHECK(!found->dropped);
    }
    CHECK(found->dropped);
}

}  // namespace postern::http::test
