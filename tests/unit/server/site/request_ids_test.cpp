#include "server/site/request_ids.h"

#include <doctest.h>

#include <string>
#include <vector>

#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

class Counting final : public Random {
public:
    void fill(std::span<unsigned char> out) override {
        for (unsigned char& byte : out) byte = 0xab;
        out.back() = ++calls;
    }
    unsigned char calls = 0;
};

class Page final : public http::Handler {
public:
    http::Response handle(const http::Request&, const http::Context& context) override {
        seen = context.request_id;
        http::Response response;
        response.static_body = "page";
        return response;
    }
    std::string seen;
};

struct Scene {
    std::shared_ptr<Page> page = std::make_shared<Page>();
    Counting random;
    RequestIds ids{page, random};
    Browser browser{ids};
};

const std::string kFirst = "abababababababababababababababab", kMade = kFirst.substr(0, 30);

}  // namespace

TEST_CASE("each request has a name of its own, behind it and in its answer") {
    Scene scene;
    CHECK(scene.browser.get("/").field("X-Request-Id") == kMade + "01");
    CHECK(scene.page->seen == kMade + "01");
    CHECK(scene.browser.get("/", "X-Request-Id: mine\r\n").field("X-Request-Id") == kMade + "02");  // nobody's that we trust
}

TEST_CASE("what a trusted proxy has called it stays, if it is a name") {
    static const std::vector<Subnet> kTrusted{*Subnet::parse("192.0.2.7")};
    Scene scene;
    scene.browser.wire().context.trusted = &kTrusted;
    for (const std::string& good : {std::string("a"), std::string("Root=1-67891233-abcdef012345678912345678"), std::string(64, 'x')}) {
        CHECK(scene.browser.get("/", "X-Request-Id: " + good + "\r\n").field("X-Request-Id") == good);
        CHECK(scene.page->seen == good);
    }
    for (const std::string& bad : {std::string(), std::string(65, 'x'), std::string("a b"), std::string("\"a\""), std::string("a,b"), std::string("\xc3\xa4")})
        CHECK(scene.browser.get("/", "X-Request-Id: " + bad + "\r\n").field("X-Request-Id").substr(0, 30) == kMade);
}

}  // namespace postern::site::test
