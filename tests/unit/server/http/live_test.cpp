// Live bodies: what is there goes out at once, its end is told, and no next request is answered before.
#include <doctest.h>

#include <cstring>

#include "tests/unit/server/http/wire.h"

namespace postern::http::test {
namespace {

struct Told {
    std::string text;
    bool ended = false, dropped = false;
};

class Speaker final : public LiveSource {
public:
    explicit Speaker(std::shared_ptr<Told> told) : told_(std::move(told)) {}
    ~Speaker() override { told_->dropped = true; }
    std::size_t read(char* into, std::size_t room) override {
        const std::size_t size = std::min(room, told_->text.size());
        std::memcpy(into, told_->text.data(), size);
        told_->text.erase(0, size);
        return size;
    }
    bool ended() const override { return told_->ended; }

private:
    std::shared_ptr<Told> told_;
};

struct Scene {
    explicit Scene(std::size_t room = 65536) : wire(0, room), room_(room) {
        wire.handler.answer = [this](const Request& request) {
            Response response;
            if (request.path == "/live") response.live = std::make_unique<Speaker>(told);
            else response.static_body = "ok";
            return response;
        };
    }
    void woken() {
        std::string window(room_, '\0');
        Output out(window.data(), window.size());
        wire.session->resume(wire.context, out);
        wire.sent += out.bytes();
    }
    std::string say(std::string_view text) {
        told->text += text;
        woken();
        return wire.take();
    }
    std::shared_ptr<Told> told = std::make_shared<Told>();
    Wire wire;
    std::size_t room_;
};

constexpr std::string_view kLive = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace

TEST_CASE("a live body goes out in chunks as it comes, and the next request after its end") {
    Scene scene;
    scene.told->text = "first";
    const std::string both = std::string(kLive) + std::string(kNext);
    CHECK(scene.wire.once(both) == kLive.size());
    CHECK(scene.wire.session->phase() == Phase::kStreaming);
    const std::string head = scene.wire.take();
    CHECK(head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(head.find("Content-Length") == std::string::npos);
    CHECK(head.ends_with("\r\n\r\n0005\r\nfirst\r\n"));
    CHECK(scene.say("").empty());
    CHECK(scene.say("seconds") == "0007\r\nseconds\r\n");
    CHECK(scene.wire.once(kNext) == 0);
    scene.told->ended = true;
    CHECK(scene.say("last") == "0004\r\nlast\r\n0\r\n\r\n");
    CHECK(scene.told->dropped);
    CHECK(scene.wire.session->phase() == Phase::kIdle);
    CHECK(scene.wire.once(kNext) == kNext.size());
    CHECK(scene.wire.sent.ends_with("\r\n\r\nok"));
}

TEST_CASE("HTTP/1.0 hears it up to the end of the connection, HEAD not at all") {
    Scene old;
    old.wire.once("GET /live HTTP/1.0\r\n\r\n");
    CHECK(old.wire.sent.find("Transfer-Encoding") == std::string::npos);
    CHECK(old.wire.take().find("Connection: close\r\n") != std::string::npos);
    CHECK(old.say("words") == "words");
    old.told->ended = true;
    CHECK(old.say("").empty());
    CHECK(old.wire.session->phase() == Phase::kClosing);

    Scene head;
    head.told->text = "never";
    head.wire.once("HEAD /live HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(head.wire.sent.ends_with("\r\n\r\n"));
    CHECK(head.wire.sent.find("Content-Length") == std::string::npos);
    CHECK(head.wire.session->phase() == Phase::kIdle);
    CHECK(head.told->dropped);
}

TEST_CASE("what does not fit comes with the next turn, and nothing of it twice") {
    for (const std::size_t room : {9, 16, 100}) {
        CAPTURE(room);
        Scene scene(room);
        std::string all;
        for (int i = 0; i < 40; ++i) all += std::to_string(i) + ",";
        scene.told->text = all;
        scene.told->ended = true;
        scene.wire.send(kLive);
        for (int i = 0; i < 1000 && scene.wire.session->phase() == Phase::kStreaming; ++i) scene.woken();
        const std::string sent = scene.wire.take();
        std::string_view rest = std::string_view(sent).substr(sent.find("\r\n\r\n") + 4);
        std::string heard;
        for (;;) {
            const std::size_t size = std::stoul(std::string(rest.substr(0, rest.find("\r\n"))), nullptr, 16);
            rest.remove_prefix(rest.find("\r\n") + 2);
            if (size == 0) break;
            heard += rest.substr(0, size);
            rest.remove_prefix(size + 2);
        }
        CHECK(rest == "\r\n");
        CHECK(heard == all);
    }
}

TEST_CASE("a drain and a time-out end it in good order") {
    Scene draining;
    draining.wire.once(kLive);
    draining.wire.take();
    draining.wire.session->no_more_requests();
    draining.told->text = "unheard";
    draining.woken();
    CHECK(draining.wire.sent == "0\r\n\r\n");
    CHECK(draining.told->dropped);

    Scene quiet;
    quiet.wire.once(kLive);
    quiet.wire.take();
    quiet.wire.time_out();
    CHECK(quiet.wire.sent == "0\r\n\r\n");
    CHECK(quiet.wire.session->phase() == Phase::kClosing);
    CHECK(quiet.told->dropped);
}

}  // namespace postern::http::test
