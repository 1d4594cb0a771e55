// Faults that broke other ACME clients, one test each: those in what a CA says and is told. The other half is in
// others_faults_at_home_test.cpp, and what only a socket shows in protocol/others_faults_on_the_wire_test.cpp.
#include <doctest.h>

#include "tests/unit/acme/overheard.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Ca = fakes::ScriptedCa;
using Replies = std::optional<Result<HttpReply>>;

void swap(HttpReply& reply, std::string_view from, std::string_view to) {
    for (auto at = reply.body.find(from); at != std::string::npos; at = reply.body.find(from, at + to.size()))
        reply.body.replace(at, from.size(), to);
}

void set_field(HttpReply& reply, const std::string& name, const std::string& value) {
    std::erase_if(reply.fields, [&](const auto& field) { return field.first == name; });
    reply.fields.emplace_back(name, value);
}

// A world in which a certificate serves, and another is ordered next.
struct Second : Overheard {
    Second() {
        start();
        REQUIRE(round().rung == Rung::kPublic);
        ca.count_anew();
        pauser.slept = Millis(0);
    }
    bool renews() { return keeper->renew({}, true).changed; }
    void refuses(const std::string& where, const HttpReply& reply) {
        ca.instead = [=](const std::string& kind, int) { return kind == where ? Replies(reply) : std::nullopt; };
    }
};

}  // namespace

TEST_SUITE_BEGIN("faults that broke other clients");

TEST_CASE("an authorization already valid, in an order that is pending: no stall, no challenge") {
    World world;
    world.ca.authz_reuse = true;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind == "newOrder") swap(reply, "ready", "pending");
    };
    world.start({wanted_cert("a.example", {"a.example", "b.example"})});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.count("authz") == 2);
    CHECK(world.ca.count("challenge") == 0);
    CHECK(world.board.posted == 0);
    CHECK(world.pauser.slept < Seconds(1));
}

TEST_CASE("newOrder without authorizations, ready or still pending: no crash") {
    for (const char* status : {"ready", "pending"}) {
        World world;
        world.ca.no_authorizations = true;
        world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
            if (kind == "newOrder") swap(reply, "ready", status);
        };
        world.start();
        CHECK(world.round().rung == Rung::kPublic);
        CHECK(world.ca.faults.empty());
    }
}

TEST_CASE("newOrder that returns a certificate: of a key that is not ours, so it is told and not fetched") {
    Second world;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind == "newOrder") reply.body = R"({"status":"valid","finalize":"https://ca.example/finalize/0",)"
                                             R"("certificate":"https://ca.example/cert/0"})";
    };
    CHECK_FALSE(world.renews());
    CHECK(world.ca.asked == std::vector<std::string>{"directory", "newNonce", "newOrder"});
    CHECK(world.only().generation == 1);
    CHECK(world.only().last_problem->type == "order");
    CHECK(world.only().last_problem->detail.find("the certificate already") != std::string::npos);
    world.ca.change = nullptr;
    CHECK(world.renews());
}

TEST_CASE("challenge status `processing`: it is not answered again, and its answer is up") {
    World world;
    world.ca.authz_reuse = true;  // the CA is done by the time the order is looked at
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind == "newOrder") swap(reply, "ready", "pending");
        if (kind != "authz") return;
        swap(reply, R"("status":"valid","identifier")", R"("status":"pending","identifier")");
        swap(reply, R"("status":"valid")", R"("status":"processing")");
    };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.count("challenge") == 0);
    CHECK(world.board.posted == 1);
}

TEST_CASE("GET where POST-as-GET is due: orders, authorizations and certificates are read with a signature over nothing") {
    Overheard world;
    world.ca.polls_until_issued = 1;
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    REQUIRE(world.requests.size() == world.ca.asked.size());
    int read = 0;
    for (std::size_t i = 0; i < world.requests.size(); ++i) {
        const std::string& kind = world.ca.asked[i];
        if (kind != "order" && kind != "authz" && kind != "cert") continue;
        CHECK(world.requests[i].method == HttpRequest::Method::kPost);
        CHECK(Overheard::payload_of(world.requests[i]).empty());
        ++read;
    }
    CHECK(read >= 4);
}

TEST_CASE("a NUL before PEM parsing: a chain with one anywhere is refused, not read up to it") {
    for (const int where : {0, 1, 2, 3}) {
        CAPTURE(where);
        Second world;
        world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
            if (kind != "cert") return;
            const std::size_t second = reply.body.find("-----BEGIN", 10);
            const std::size_t at[] = {0, 200, second, second + 200};
            reply.body.insert(at[where], 1, '\0');
        };
        CHECK_FALSE(world.renews());
        CHECK(world.only().last_problem->type == "certificate");
        CHECK(world.only().generation == 1);
    }
}

TEST_CASE("Retry-After read by atol: neither words nor numbers beyond a long become 0, 1 or the past") {
    for (const char* value : {"18446744073709551617", "9223372036854775808", "3 weeks", "-1", "0x10", "soon"}) {
        CAPTURE(value);
        Second world;
        HttpReply limit = Ca::problem(429, "rateLimited");
        set_field(limit, "Retry-After", value);
        world.refuses("newOrder", limit);
        CHECK_FALSE(world.renews());
        const bool number = value[0] == '1' || value[0] == '9';
        CHECK(world.ca.count("newOrder") == (number ? 1 : 4));
        CHECK(world.pauser.slept == (number ? Seconds(0) : Seconds(1 + 2 + 4)));
        CHECK(world.until_next() >= (number ? 7 * 86400 : 54));
    }
}

TEST_CASE("several authorizations of one name: each is answered, with its own token") {
    World world;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind == "authz") swap(reply, "\"*.", "\"");  // RFC 8555 section 7.1.4: the base name stands there
    };
    world.start({wanted_cert("a.example", {"a.example", "*.a.example"})});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.answered.size() == 2);
    CHECK(world.board.posted == 2);
    CHECK(world.ca.faults.empty());
}

TEST_CASE("contact not optional: without an e-mail address the account has none, and with one it has that") {
    for (const char* email : {"", "owner@example.com"}) {
        Overheard world;
        WantedCert wanted = wanted_cert();
        wanted.ca.email = email;
        world.start({wanted});
        CHECK(world.round().rung == Rung::kPublic);
        const std::string contact = *email == '\0' ? "" : R"(,"contact":["mailto:owner@example.com"])";
        CHECK(world.payload_to("/account") == R"({"termsOfServiceAgreed":true)" + contact + "}");
    }
}

TEST_CASE("a Location that is relative to what was asked (RFC 9110 section 10.2.2)") {
    Overheard world;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind != "newOrder" && kind != "newAccount") return;
        for (auto& [name, value] : reply.fields)
            if (name == "Location") value.erase(0, value.find('/', 8));
    };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.ca.faults.empty());
}

TEST_CASE("no Location on finalize: the order is looked at where newOrder said that it is") {
    Overheard world;
    world.ca.polls_until_issued = 2;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind != "finalize" && kind != "order") return;
        CHECK(reply.field("Location").empty());
    };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.payload_to("/order/0").empty());
    CHECK(world.lines.count("acme.retry") == 0);
}

TEST_CASE("a newline after the http-01 body: it is token, dot, thumbprint and nothing else") {
    World world;
    std::string token, answer;
    world.ca.change = [&](const std::string& kind, int, HttpReply&) {
        if (kind != "challenge") return;
        REQUIRE(world.board.tokens.size() == 1);
        token = world.board.tokens.begin()->first, answer = world.board.tokens.begin()->second;
    };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    auto key = AccountKey::from(crypto::PrivateKey::from_pem(account_key_pem()).value());
    CHECK(answer == token + "." + key->thumbprint());
}

TEST_CASE("userActionRequired retried for ever: once a day at most, with the link, and at once after a change") {
    World world;
    world.ca.instead = [](const std::string& kind, int) -> Replies {
        if (kind != "newOrder") return std::nullopt;
        HttpReply refusal = Ca::problem(403, "userActionRequired", "new terms");
        set_field(refusal, "Link", R"(<https://ca.example/new-terms>;rel="terms-of-service")");
        return Result<HttpReply>(refusal);
    };
    world.start();
    CHECK(world.round().last_problem->detail.find("https://ca.example/new-terms") != std::string::npos);
    CHECK(world.ca.count("newOrder") == 1);
    for (int hour = 1; hour < 10 * 24; ++hour) {
        world.clock.advance(Seconds(3600));
        world.round();
    }
    CHECK(world.ca.count("newOrder") >= 9);
    CHECK(world.ca.count("newOrder") <= 12);
    world.ca.instead = nullptr;
    WantedCert other = wanted_cert();
    other.ca.email = "other@example.com";
    world.keeper->set_wanted({other});
    CHECK(world.round().rung == Rung::kPublic);
}

TEST_CASE("first retry already doubled: a second within the run, a minute between runs") {
    Second world;
    world.ca.instead = [](const std::string& kind, int nth) {
        return kind == "newOrder" && nth == 1 ? Replies(Error::retry("connection reset")) : std::nullopt;
    };
    CHECK(world.renews());
    CHECK(world.pauser.slept >= Seconds(1));
    CHECK(world.pauser.slept < Millis(1100));  // the polls of the order are in it

    World first;
    first.ca.instead = [](const std::string&, int) { return Replies(Error::retry("connection reset")); };
    first.start();
    first.round();
    CHECK(first.until_next() >= 54);
    CHECK(first.until_next() <= 66);
}

TEST_CASE("wrong Content-Type accepted: neither an order nor a certificate is read from what calls itself something else") {
    for (const char* kind_of_reply : {"newOrder", "authz", "order", "cert"}) {
        for (const char* type : {"text/html", "text/plain; charset=utf-8", "application/octet-stream"}) {
            CAPTURE(kind_of_reply);
            Second world;
            world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
                if (kind == kind_of_reply) set_field(reply, "Content-Type", type);
            };
            CHECK_FALSE(world.renews());
            CHECK(world.only().last_problem->detail.find(std::string(type).substr(0, 9)) != std::string::npos);
        }
    }
}

TEST_CASE("an error body that is HTML: told by its title, at every step") {
    for (const char* step : {"directory", "newOrder", "authz", "challenge", "order", "finalize", "cert"}) {
        CAPTURE(step);
        Second world;
        world.refuses(step, {502, {{"Content-Type", "text/html"}}, "<html><title>502 Bad Gateway</title><p>\x1b[31m"});
        CHECK_FALSE(world.renews());
        CHECK(world.only().last_problem->type == "serverInternal");
        CHECK(world.only().last_problem->detail.find("502 Bad Gateway") != std::string::npos);
        CHECK(world.only().last_problem->detail.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a reply cut in the middle: wherever, once it costs a try, always the renewal, never what serves") {
    for (const char* step : {"newOrder", "authz", "order", "cert"}) {
        for (const int times : {1, 100}) {
            CAPTURE(step);
            Second world;
            world.ca.change = [&](const std::string& kind, int nth, HttpReply& reply) {
                if (kind == step && nth <= times) reply.body.resize(reply.body.size() / 2);
            };
            CHECK(world.renews() == (times == 1));
            CHECK(world.only().generation == (times == 1 ? 2 : 1));
        }
    }
}

TEST_CASE("an order `processing` for an hour: asked for again, not placed again, and its certificate taken") {
    World world;
    const WallTime done = world.clock.wall() + Seconds(3600);
    world.ca.polls_until_issued = 1;
    world.ca.change = [&](const std::string& kind, int, HttpReply& reply) {
        if (kind == "order" && world.clock.wall() < done) swap(reply, "\"valid\"", "\"processing\"");
    };
    world.start();
    CHECK(world.round().last_problem->type == "processing");
    while (world.clock.wall() < done + Seconds(7200) && world.only().rung != Rung::kPublic) {
        world.clock.advance(Seconds(60));
        world.round();
    }
    CHECK(world.only().rung == Rung::kPublic);
    CHECK(world.ca.count("newOrder") == 1);
    CHECK(world.ca.count("finalize") == 1);
    CHECK(world.ca.count("order") < 100);
}

TEST_SUITE_END();
