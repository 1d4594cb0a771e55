#include "server/site/basic_auth.h"

#include <doctest.h>

#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

class Page final : public http::Handler {
public:
    http::Response handle(const http::Request&, const http::Context&) override {
        http::Response response;
        response.static_body = "secret";
        return response;
    }
};

class Never final : public http::Later {
public:
    bool take(http::Response&) override { return true; }
};

class Asked final : public CredentialCheck {
public:
    Credential check(std::string_view credentials, std::string_view client, const http::Waker*) override {
        ++count;
        seen = credentials;
        from = client;
        Credential found{says};
        if (says == Credential::What::kRight) found.user = "ann";
        if (says == Credential::What::kTooMany) found.wait = Seconds(17);
        if (says == Credential::What::kPending) found.later = std::make_unique<Never>();
        return found;
    }
    Credential::What says = Credential::What::kRight;
    std::string seen, from;
    int count = 0;
};

struct Scene {
    std::shared_ptr<Page> page = std::make_shared<Page>();
    std::shared_ptr<Asked> asked = std::make_shared<Asked>();
    BasicAuth site{page, asked, "my \"site\" \\"};
    Browser browser{site, true};
};

using What = Credential::What;

}  // namespace

TEST_CASE("without a password, or with what is none, the site asks for one") {
    for (const char* fields : {"", "Authorization: Bearer x\r\n", "Authorization: Basic\r\n", "Authorization: Basic \r\n",
                               "Authorization: Basicx\r\n", "Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n",
                               "Proxy-Authorization: Basic YTpi\r\n"}) {
        CAPTURE(fields);
        Scene scene;
        const Answer answer = scene.browser.get("/", fields);
        CHECK(answer.status == 401);
        CHECK(answer.field("WWW-Authenticate") == "Basic realm=\"my \\\"site\\\" \\\\\", charset=\"UTF-8\"");
        CHECK(scene.asked->count == 0);
        CHECK(answer.body.find("secret") == std::string::npos);
    }
    Scene scene;
    CHECK(scene.browser.get("/", "Authorization: Basic " + std::string(2049, 'A') + "\r\n").status == 401);
    CHECK(scene.asked->count == 0);
}

TEST_CASE("what the check says becomes the answer") {
    for (const char* scheme : {"Basic", "basic", "BASIC"}) {
        Scene scene;
        scene.browser.wire().context.peer = "192.0.2.7";
        CHECK(scene.browser.get("/", std::string("Authorization: ") + scheme + "  YTpi \r\n").body == "secret");
        CHECK(scene.asked->seen == "YTpi");
        CHECK(scene.asked->from == "192.0.2.7");
    }
    Scene scene;
    const std::string fields = "Authorization: Basic YTpi\r\n";
    scene.asked->says = What::kWrong;
    CHECK(scene.browser.get("/", fields).status == 401);
    scene.asked->says = What::kTooMany;
    const Answer waits = scene.browser.get("/", fields);
    CHECK(waits.status == 429);
    CHECK(waits.field("Retry-After") == "17");
    CHECK(waits.field("WWW-Authenticate").empty());
    scene.asked->says = What::kBusy;
    CHECK(scene.browser.get("/", fields).status == 503);
}

TEST_CASE("while a password is looked at the request waits, and is then asked again") {
    Scene scene;
    scene.asked->says = What::kPending;
    CHECK(scene.browser.get("/", "Authorization: Basic YTpi\r\n").bytes.empty());
    CHECK(scene.browser.wire().session->phase() == http::Phase::kWaiting);
    scene.asked->says = What::kRight;
    char room[4096];
    http::Output out(room, sizeof room);
    scene.browser.wire().session->resume(scene.browser.wire().context, out);
    CHECK(out.bytes().ends_with("\r\n\r\nsecret"));
    CHECK(scene.asked->count == 2);
}

TEST_CASE("never in clear, and nobody is invited to try") {
    Scene scene;
    Browser plain(scene.site, false);
    const Answer answer = plain.get("/", "Authorization: Basic YTpi\r\n");
    CHECK(answer.status == 403);
    CHECK(answer.field("WWW-Authenticate").empty());
    CHECK(scene.asked->count == 0);
}

}  // namespace postern::site::test
