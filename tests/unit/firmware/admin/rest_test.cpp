// When a session comes to rest: not by the clock of an open page, but by nobody being there.
#include <doctest.h>

#include "tests/unit/firmware/admin/owner.h"

using namespace postern;
using namespace postern::admin;
using http::Method;
using samples::Asked;
using samples::Owner;

namespace {

struct Scene {
    Scene() {
        owner.files.put("/etc/postern.ini", "[server]\n");
        AdminOptions options;
        options.hub = &hub;
        options.editor = &editor;
        options.metrics.text = [] { return std::string("# HELP a b\n"); };
        site = make_admin_site(control, *owner.desk, options);
    }
    int status_of(const Asked& asked) const { return owner.ask(*site, asked).status; }
    // Whether the session outlasts 40 minutes in which this is asked every ten of them.
    bool stays_awake(const Asked& asked) {
        owner.cookie = std::string("__Host-postern=") + std::string(owner.sessions.open("127.0.0.1").token.view());
        for (int i = 0; i < 4; ++i) {
            owner.clock.advance(Millis(10 * 60'000));
            (void)status_of(asked);
        }
        return status_of({.path = "/api/v1/session"}) == 200;
    }

    samples::FakeControl control{samples::by_name("valid").status};
    Owner owner;
    EventHub hub;
    config::Editor editor{owner.shared, "/etc/postern.ini", false};
    std::shared_ptr<http::Handler> site;
};

}  // namespace

TEST_CASE("rest: what an open page asks by itself keeps no session awake") {
    Scene scene;
    for (const char* path : {"/api/v1/status", "/api/v1/history", "/api/v1/events", "/api/v1/log", "/api/v1/requests", "/api/v1/findings",
                             "/api/v1/jobs/j1", "/api/v1/probes/abcd2345", "/metrics", "/words/en.json", "/style.css", "/login"}) {
        CAPTURE(path);
        CHECK(!scene.stays_awake({.path = path}));
        CHECK(!scene.stays_awake({.method = Method::kHead, .path = path}));
    }
    CHECK(!scene.stays_awake({.path = "/", .fields = {{"Sec-Fetch-Dest", "empty"}}}));  // the script fetches it anew
}

TEST_CASE("rest: what a person does keeps it awake") {
    Scene scene;
    for (const char* path : {"/", "/api/v1/session", "/api/v1/config", "/api/v1/audit", "/api/v1/first-site", "/api/v1/support-bundle",
                             "/api/v1/certificates/example.org/chain.pem"}) {
        CAPTURE(path);
        CHECK(scene.stays_awake({.path = path}));
    }
    CHECK(scene.stays_awake({.path = "/", .fields = {{"Sec-Fetch-Dest", "document"}}}));
    CHECK(scene.stays_awake({.method = Method::kPost, .path = "/api/v1/renew"}));
    CHECK(scene.stays_awake({.method = Method::kPost, .path = "/api/v1/status"}));  // refused, and nothing that a clock asks
}
