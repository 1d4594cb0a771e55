// The webhook's JSON, and what each answer means.
#include "firmware/notify/webhook.h"

#include <doctest.h>

#include "server/base/json.h"
#include "firmware/notify/words.h"
#include "tests/fakes/fake_clock.h"

using namespace postern;
using namespace postern::notify;
using Outcome = Delivery::Outcome;

namespace {

struct Script {
    std::vector<Result<acme::HttpReply>> replies;
    std::vector<acme::HttpRequest> asked;
    bool cancelled = false;
};

class ScriptedTransport final : public acme::Transport {
public:
    explicit ScriptedTransport(Script& script) : script_(script) {}
    Result<acme::HttpReply> exchange(const acme::HttpRequest& request) override {
        script_.asked.push_back(request);
        if (script_.replies.empty()) return Error::retry("hooks.example: no answer in time");
        auto reply = std::move(script_.replies.front());
        script_.replies.erase(script_.replies.begin());
        return reply;
    }
    void cancel() override { script_.cancelled = true; }

private:
    Script& script_;
};

acme::HttpReply reply(int status, std::string location = "") {
    acme::HttpReply made;
    made.status = status;
    if (!location.empty()) made.fields.emplace_back("Location", std::move(location));
    return made;
}

Delivery deliver(Script& script) {
    fakes::FakeClock clock;
    const Cancel cancel;
    const auto way = make_webhook("https://hooks.example/secret-token", "", std::make_unique<ScriptedTransport>(script));
    const Delivery delivery = way->deliver(test_message(clock.wall(), "router"), {clock.steady(), clock, cancel});
    CHECK(way->where() == "hooks.example");
    CHECK(delivery.said.find("secret-token") == std::string::npos);
    way->cancel();
    CHECK(script.cancelled);
    return delivery;
}

}  // namespace

TEST_CASE("each answer has its meaning") {
    for (const int status : {200, 201, 202, 204}) {
        Script script{{reply(status)}, {}, false};
        CHECK(deliver(script).outcome == Outcome::kDelivered);
        CHECK(script.asked.at(0).url == "https://hooks.example/secret-token");
        CHECK(script.asked.at(0).method == acme::HttpRequest::Method::kPost);
        CHECK(script.asked.at(0).content_type == "application/json");
    }
    for (const int status : {408, 425, 429, 500, 502, 503}) {
        Script script{{reply(status)}, {}, false};
        CHECK(deliver(script).outcome == Outcome::kLater);
    }
    for (const int status : {301, 302, 303, 400, 401, 403, 404, 410}) {
        Script script{{reply(status, "https://hooks.example/other")}, {}, false};
        CHECK(deliver(script).outcome == Outcome::kNever);
        CHECK(script.asked.size() == 1);
    }
    Script silent;
    CHECK(deliver(silent).outcome == Outcome::kLater);
}

TEST_CASE("redirects stay at their host, and end") {
    Script same{{reply(307, "/new"), reply(308, "https://hooks.example/newer"), reply(200)}, {}, false};
    CHECK(deliver(same).outcome == Outcome::kDelivered);
    CHECK(same.asked.at(2).url == "https://hooks.example/newer");
    for (const char* elsewhere : {"https://evil.example/x", "http://hooks.example/x", "https://hooks.example:444/x", "//evil.example/x", ""}) {
        Script script{{reply(307, elsewhere), reply(200)}, {}, false};
        CAPTURE(elsewhere);
        CHECK(deliver(script).outcome == Outcome::kNever);
        CHECK(script.asked.size() == 1);
    }
    Script circle{{reply(307, "/a"), reply(307, "/a"), reply(307, "/a"), reply(307, "/a"), reply(200)}, {}, false};
    CHECK(deliver(circle).outcome == Outcome::kNever);
    CHECK(circle.asked.size() == 4);
}

TEST_CASE("the JSON") {
    Message message = test_message(WallTime(Seconds(1795250818)), "router");
    message.certificate = "a.example";
    message.names = {"a.example"};
    message.id = "postern-1";
    message.problem = {"connection", "refused \"now\"\n", "open port 80"};
    const auto json = Json::parse(webhook_json(message));
    REQUIRE(json.ok());
    CHECK(json->text("event") == "test");
    CHECK(json->text("host") == "router");
    CHECK(json->text("at") == "2026-11-21T08:46:58Z");
    CHECK(json->flag("over") == false);
    CHECK(json->array("names")->at(0).string() == "a.example");
    CHECK(json->find("problem")->text("detail") == "refused \"now\"\n");
    CHECK(json->text("text")->find("router: test: ") == 0);
    message.problem = {};
    CHECK(Json::parse(webhook_json(message))->find("problem") == nullptr);
}
