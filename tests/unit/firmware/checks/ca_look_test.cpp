#include "firmware/checks/ca_look.h"

#include <doctest.h>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <deque>

#include "firmware/checks/own_addresses.h"
#include "server/base/ip_text.h"
#include "tests/fakes/fake_clock.h"

using namespace postern;
using namespace postern::checks;

namespace {

constexpr char kUrl[] = "https://ca.example/dir";
const std::string kDirectory =
    R"({"newNonce":"https://ca.example/n","newAccount":"https://ca.example/a","newOrder":"https://ca.example/o",)"
    R"("meta":{"caaIdentities":["ca.example"],"externalAccountRequired":true}})";

class Script final : public acme::Transport {
public:
    std::deque<Result<acme::HttpReply>> replies;
    std::vector<std::string> asked;
    acme::ExchangeFault why{"trust", true};

    Result<acme::HttpReply> exchange(const acme::HttpRequest& request) override {
        asked.push_back(request.url);
        if (replies.empty()) return Error::retry("nothing more");
        auto reply = replies.front();
        replies.pop_front();
        return reply;
    }
    acme::ExchangeFault fault() const override { return why; }
};

acme::HttpReply reply(int status, std::vector<std::pair<std::string, std::string>> fields, std::string body = "") {
    return {status, std::move(fields), std::move(body)};
}

acme::preflight::CaSight look(Script& script) {
    acme::preflight::Case one;
    one.directory_url = kUrl;
    one.ca_file = "/nowhere/ca.pem";
    return look_at_ca(script, one, fakes::FakeClock().wall());
}

}  // namespace

TEST_CASE("a directory, the CA's clock and its names") {
    Script script;
    script.replies.push_back(reply(200, {{"Date", "Sat, 21 Nov 2026 00:00:07 GMT"}}, kDirectory));
    const auto sight = look(script);
    CHECK(sight.failure == "");
    CHECK(sight.date == WallTime(Seconds(1795219207)));
    CHECK(sight.caa_identities == std::vector<std::string>{"ca.example"});
    CHECK(sight.external_account);
}

TEST_CASE("redirects are followed, a few") {
    Script script;
    script.replies.push_back(reply(302, {{"Location", "/other"}}));
    script.replies.push_back(reply(200, {}, kDirectory));
    CHECK(look(script).failure == "");
    CHECK(script.asked.back() == "https://ca.example/other");
    for (int i = 0; i < 9; ++i) script.replies.push_back(reply(301, {{"Location", "/x"}}));
    CHECK(look(script).type == "directory");
    CHECK(look(script).failure.find("without end") != std::string::npos);
    Script lost;
    lost.replies.push_back(reply(301, {{"Location", "http://ca.example/plain"}}));
    CHECK(look(lost).type == "directory");
}

TEST_CASE("what is no directory, and what does not answer") {
    for (const auto& bad : {reply(404, {}, kDirectory), reply(200, {}, "<html>"), reply(200, {}, "{}")}) {
        Script script;
        script.replies.push_back(bad);
        CHECK(look(script).type == "directory");
        CHECK(look(script).failure != "");
    }
    Script script;
    script.replies.push_back(Error::admin("the certificate of ca.example is refused"));
    const auto sight = look(script);
    CHECK(sight.type == "trust");
    CHECK(sight.failure.find("refused") != std::string::npos);
    CHECK(!sight.date);
}

TEST_CASE("addresses of interfaces that are up") {
    sockaddr_in four{}, loop{}, down{};
    sockaddr_in6 six{};
    four.sin_family = loop.sin_family = down.sin_family = AF_INET;
    six.sin6_family = AF_INET6;
    four.sin_addr.s_addr = htonl(0x01020304);
    loop.sin_addr.s_addr = htonl(0x7f000001);
    down.sin_addr.s_addr = htonl(0x01020305);
    six.sin6_addr.s6_addr[0] = 0x2a;
    ifaddrs list[6] = {};
    list[0].ifa_addr = reinterpret_cast<sockaddr*>(&loop);
    list[1].ifa_addr = reinterpret_cast<sockaddr*>(&four);
    list[2].ifa_addr = reinterpret_cast<sockaddr*>(&six);
    list[3].ifa_addr = reinterpret_cast<sockaddr*>(&down);
    list[4].ifa_addr = nullptr;  // an interface without addresses
    list[5].ifa_addr = reinterpret_cast<sockaddr*>(&four);
    for (int i = 0; i < 5; ++i) list[i].ifa_next = &list[i + 1];
    for (const int up : {0, 1, 2, 4, 5}) list[up].ifa_flags = IFF_UP;
    const auto own = addresses_in(list);
    REQUIRE(own.ips.size() == 2);
    CHECK(ip_from_bytes(own.ips[0]) == "1.2.3.4");
    CHECK(ip_from_bytes(own.ips[1]) == "2a00::");
    CHECK(addresses_in(nullptr).ips.empty());
}
