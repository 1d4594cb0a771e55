#include "server/site/allowed.h"

#include <doctest.h>

#include "tests/unit/server/site/browser.h"

namespace postern::site::test {
namespace {

class Secret final : public http::Handler {
public:
    http::Response handle(const http::Request&, const http::Context&) override {
        ++asked;
        http::Response response;
        response.body = "secret";
        return response;
    }
    int asked = 0;
};

std::vector<Subnet> networks(std::initializer_list<const char*> texts) {
    std::vector<Subnet> all;
    for (const char* text : texts) all.push_back(Subnet::parse(text).value());
    return all;
}

}  // namespace

TEST_CASE("with allow only those listed are let in, and deny wins") {
    struct Row {
        AddressRule rule;
        const char* peer;
        bool in;
    };
    const AddressRule lan{networks({"192.168.1.0/24", "fd00::/8"}), networks({"192.168.1.66", "fd00:bad::/32"})};
    const AddressRule but{{}, networks({"203.0.113.0/24", "2001:db8::/32"})};
    for (const Row& row : {Row{lan, "192.168.1.7", true}, {lan, "192.168.1.66", false}, {lan, "192.168.2.7", false},
                           {lan, "::ffff:192.168.1.7", true}, {lan, "::ffff:192.168.1.66", false}, {lan, "::ffff:10.0.0.1", false},
                           {lan, "fd12::1", true}, {lan, "fd00:bad::1", false}, {lan, "2001:db8::1", false}, {lan, "", false},
                           {but, "192.0.2.1", true}, {but, "203.0.113.200", false}, {but, "::ffff:203.0.113.1", false},
                           {but, "2001:db8:1::1", false}, {but, "fe80::1%eth0", true}, {but, "", false}, {but, "nonsense", false}}) {
        CAPTURE(row.peer);
        auto inner = std::make_shared<Secret>();
        Allowed site(inner, row.rule);
        Browser browser(site);
        browser.wire().context.peer = row.peer;
        const Answer answer = browser.get("/");
        CHECK(answer.status == (row.in ? 200 : 403));
        CHECK(inner->asked == (row.in ? 1 : 0));
        if (!row.in) CHECK(answer.body.find("403 Forbidden") != std::string::npos);
        if (!row.in) CHECK(browser.ask("POST /").status == 403);
    }
}

TEST_CASE("a rule without networks restricts nobody") {
    CHECK(!AddressRule{}.restricts());
    CHECK(AddressRule{networks({"::/0"}), {}}.restricts());
    CHECK(AddressRule{{}, networks({"::/0"})}.restricts());
}

}  // namespace postern::site::test
