// Faults that broke other ACME clients, one test each: those in names, URLs and dates, in what is configured, handed out and
// kept. See others_faults_test.cpp for the others.
#include <doctest.h>

#include "acme/protocol/order.h"
#include "acme/protocol/url.h"
#include "server/base/text.h"
#include "tests/fakes/csr_reader.h"
#include "tests/unit/acme/overheard.h"

using namespace postern;
using namespace postern::acme;

namespace {

using Ca = fakes::ScriptedCa;
using Replies = std::optional<Result<HttpReply>>;
constexpr Seconds kDay(86400);

std::string window(WallTime start, WallTime end) {
    return R"({"suggestedWindow":{"start":")" + to_rfc3339(start.time_since_epoch().count()) + R"(","end":")" +
           to_rfc3339(end.time_since_epoch().count()) + "\"}}";
}

// A certificate serves; its CA offers renewal information where that is asked for.
struct Serving : Overheard {
    explicit Serving(bool renewal_info = false) {
        ca.renewal_info = renewal_info;
        ca.window = window(clock.wall() + 60 * kDay, clock.wall() + 62 * kDay);
        start();
        REQUIRE(round().rung == Rung::kPublic);
        ca.count_anew();
    }
};

// What is left on the disk by a world whose certificate serves.
const fakes::FakeFiles& lived_in() {
    static const fakes::FakeFiles files = [] { return Serving().files; }();
    return files;
}

std::vector<std::string> files_below(const fakes::FakeFiles& files, const std::string& folder) {
    std::vector<std::string> paths;
    for (const auto& [path, entry] : files.tree())
        if (has_prefix(path, folder) && has_prefix(entry, "file ")) paths.push_back(path);
    return paths;
}

void swap(HttpReply& reply, std::string_view from, std::string_view to) {
    if (const auto at = reply.body.find(from); at != std::string::npos) reply.body.replace(at, from.size(), to);
}

}  // namespace

TEST_SUITE_BEGIN("faults that broke other clients");

TEST_CASE("null in directory meta, and in place of whatever may be missing") {
    World world;
    world.ca.change = [](const std::string& kind, int nth, HttpReply& reply) {
        if (kind != "directory") return;
        swap(reply, "\"meta\":{", R"("keyChange":null,"renewalInfo":null,"meta":{"website":null,"profiles":null,"caaIdentities":null,)"
                                  R"("externalAccountRequired":null,"x":null,)");
        swap(reply, "\"https://ca.example/terms\"", "null");
        if (nth == 2) reply.body = R"({"newNonce":"https://ca.example/nonce","newAccount":"https://ca.example/account",)"
                                   R"("newOrder":"https://ca.example/new-order","revokeCert":null,"meta":null})";
    };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("directory") == 2);
}

TEST_CASE("directory behind a redirect, of whatever kind") {
    for (const int status : {301, 302, 303, 307, 308}) {
        for (const char* location : {"/elsewhere", "https://ca.example/elsewhere"}) {
            World world;
            world.ca.instead = [&](const std::string& kind, int nth) {
                return kind == "directory" && nth == 1 ? Replies(HttpReply{status, {{"Location", location}}, {}}) : std::nullopt;
            };
            world.start();
            CHECK(world.round().rung == Rung::kPublic);
            CHECK(world.ca.count("directory") == 2);
        }
    }
}

TEST_CASE("directory URL without a path: the path is /, and the account is kept under that URL") {
    Overheard world;
    world.directory = "https://ca.example";
    WantedCert wanted = wanted_cert();
    wanted.ca.directory_url = world.directory;
    world.start({wanted});
    CHECK(world.round().rung == Rung::kPublic);
    CHECK(parse_https_url(world.requests.front().url)->target == "/");
    CHECK(world.keeper->renew({}, true).changed);
    CHECK(world.ca.count("newAccount") == 1);
}

TEST_CASE("`replaces` sent to a CA without ARI: only one that advertises renewalInfo gets it") {
    for (const bool advertised : {false, true}) {
        Serving world(advertised);
        CHECK(world.keeper->renew({}, true).changed);
        CHECK((world.payload_to("/new-order").find("replaces") != std::string::npos) == advertised);
    }
}

TEST_CASE("32-bit overflow of dates: a life around 2038 and around 2106 is kept and renewed like any other") {
    for (const long long edge : {2147483648LL, 4294967296LL}) {
        CAPTURE(edge);
        World world;
        world.clock.set_wall(WallTime(Seconds(edge) - 30 * kDay));
        world.start();
        REQUIRE(world.round().rung == Rung::kPublic);
        CHECK(world.only().facts->not_after > WallTime(Seconds(edge)));
        CHECK(*world.only().next_attempt > WallTime(Seconds(edge)));
        world.start();
        CHECK(world.round().generation == 1);
        world.clock.advance(61 * kDay);
        CHECK(world.round().generation == 2);
        CHECK(world.only().state == CertState::kValid);
    }
}

TEST_CASE("account key file mode not 0600: no file with a key in it is readable by others, at any moment") {
    World world({}, false);
    int looked = 0;
    const auto look = [&] {
        for (const auto& file : world.files.tree()) {
            const std::string& path = file.first;
            const std::string& entry = file.second;
            if (entry.find("PRIVATE KEY") == std::string::npos) continue;
            CAPTURE(path);
            CHECK(entry.substr(0, 9) == "file 600 ");
            ++looked;
        }
    };
    world.ca.change = [&](const std::string&, int, HttpReply&) { look(); };
    world.start();
    CHECK(world.round().rung == Rung::kPublic);
    look();
    CHECK(looked > 10);
    CHECK(world.files.tree()["/state/accounts/lab/account.key"].substr(0, 9) == "file 600 ");
}

TEST_CASE("a half-written job file blocks renewal for ever: cut anywhere it is set aside, and the renewal comes") {
    const std::string path = "/state/jobs/a.example.json";
    fakes::FakeFiles whole = lived_in();
    const std::string text = whole.read(path, 1 << 20).value();
    for (std::size_t cut = 0; cut < text.size(); cut += 7) {
        CAPTURE(cut);
        World world(lived_in());
        world.files.put(path, text.substr(0, cut));
        world.clock.advance(61 * kDay);
        world.start();
        CHECK(world.round().generation == 2);
        CHECK(world.status.get()->notices.size() == 1);
    }
}

TEST_CASE("a corrupted store stops the start: whatever file is damaged, it serves and gets a certificate") {
    std::vector<std::string> paths = files_below(lived_in(), "/state/");
    REQUIRE(paths.size() >= 7);
    paths.emplace_back("");  // all of them
    for (const std::string& damaged : paths) {
        for (const char* garbage : {"", "{", "\x7f" "ELF"}) {
            CAPTURE(damaged);
            World world(lived_in());
            world.ca.know_all_accounts = true;
            for (const std::string& path : paths)
                if (!path.empty() && (damaged.empty() || path == damaged)) world.files.put(path, garbage);
            world.clock.advance(61 * kDay);
            world.start();
            CHECK(world.publisher.served.count("a.example") == 1);
            CHECK(world.round().rung == Rung::kPublic);
            CHECK(world.ca.count("newOrder") == 1);
        }
    }
}

TEST_CASE("CN over 64 bytes: a long name is in the SAN alone, of our own certificate and of the request") {
    const std::string name = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
    for (const char* challenge : {"http-01", "tls-alpn-01"}) {
        Overheard world;
        world.ca.offers = {challenge};
        world.start({wanted_cert(name)});
        CHECK(world.only().rung == Rung::kSelfSigned);
        CHECK(world.publisher.served[name]->covers(name));
        CHECK(world.only().facts->issuer.size() < 64);
        CHECK(world.round().rung == Rung::kPublic);
        const auto finalize = Json::parse(world.payload_to("/finalize/"));
        const auto csr = fakes::read_csr(base64url_decode(finalize->text("csr").value_or("")).value_or(""));
        REQUIRE(csr.has_value());
        CHECK(csr->subject_empty);
        CHECK(csr->dns == std::vector<std::string>{name});
        CHECK(world.ca.faults.empty());
    }
}

TEST_CASE("ARI window past notAfter: our own date stands") {
    Serving world(true);
    const WallTime own = *world.only().renew_after;
    world.ca.window = window(world.only().facts->not_after + kDay, world.only().facts->not_after + 9 * kDay);
    world.clock.advance(kDay);
    world.round();
    REQUIRE(world.only().ari->start > world.only().facts->not_after);
    CHECK(*world.only().renew_after == own);
}

TEST_CASE("dry run asking the ARI of another CA: it asks no ARI, and replaces nothing") {
    Serving world(true);
    world.clock.advance(kDay);  // a look is due
    CHECK(world.keeper->carry_out({Task::What::kTry, {}, false, 0, false}).ok);
    CHECK(world.ca.count("cert") == 1);
    CHECK(world.ca.count("ari") == 0);
    CHECK(world.payload_to("/new-order").find("replaces") == std::string::npos);
}

TEST_CASE("ARI asked of the old CA after a change of CA: neither of it nor of the new one, which did not issue it") {
    Serving world(true);
    WantedCert other = wanted_cert();
    other.ca.name = "other";
    other.ca.directory_url = "https://ca.example/elsewhere";
    world.ca.change = [&](const std::string& kind, int, HttpReply&) {
        CHECK((kind != "ari" || world.ca.count("cert") == 1));  // only of what the new CA has issued
    };
    world.clock.advance(kDay);
    world.keeper->set_wanted({other});
    CHECK(world.round().generation == 2);
    CHECK(world.ca.count("ari") == 1);
    CHECK(world.payload_to("/new-order").find("replaces") == std::string::npos);
}

TEST_CASE("IPv6 in a URL without brackets: refused where we read it, never written, and no brackets where it is a name") {
    CHECK_FALSE(parse_https_url("https://2001:db8::1/dir").ok());
    const auto url = parse_https_url("https://[2001:db8::1]:14000/dir");
    REQUIRE(url.ok());
    CHECK(url->authority() == "[2001:db8::1]:14000");
    CHECK(resolve_location("https://[2001:db8::1]/dir", "/new").value() == "https://[2001:db8::1]/new");
    CHECK(new_order_payload({{"2001:db8::1"}, "", ""}) == R"({"identifiers":[{"type":"ip","value":"2001:db8::1"}]})");
}

TEST_CASE("key or certificate truncated to 0 bytes by a crash: something serves at once, and a new one is ordered") {
    for (const std::string& path : files_below(lived_in(), "/state/archive/")) {
        const bool needed = has_suffix(path, "privkey.pem") || has_suffix(path, "fullchain.pem");
        CAPTURE(path);
        World world(lived_in());
        world.files.put(path, "", 0600);
        world.start();
        CHECK(world.publisher.served.count("a.example") == 1);
        CHECK(world.only().rung == (needed ? Rung::kSelfSigned : Rung::kPublic));
        CHECK(world.round().generation == (needed ? 2 : 1));
    }
}

TEST_CASE("a private key in a log: no line of any key, whatever goes wrong") {
    for (const char* step : {"", "newOrder", "finalize", "cert"}) {
        Serving world;
        world.ca.instead = [&](const std::string& kind, int) {
            return kind == step ? Replies(Ca::problem(400, "malformed", "what?")) : std::nullopt;
        };
        (void)world.keeper->renew({}, true);
        world.files.put("/state/accounts/lab/account.key", account_key_pem().substr(0, 150));  // damaged: that is told
        world.start();
        (void)world.keeper->renew({}, true);
        std::string said;
        for (const std::string& line : world.lines.all()) said += line + "\n";
        for (const std::string& text : world.steps) said += text + "\n";
        for (const std::string& text : world.status.get()->notices) said += text + "\n";
        CHECK(said.find("-----BEGIN") == std::string::npos);
        for (const auto& [path, entry] : world.files.tree()) {
            const auto key = entry.find("PRIVATE KEY-----\n");
            if (key != std::string::npos) CHECK(said.find(entry.substr(key + 17, 60)) == std::string::npos);
        }
    }
}

TEST_CASE("names no longer configured renewed for ever: neither a certificate nor a name of one") {
    Overheard world;
    world.start({wanted_cert("a.example"), wanted_cert("b.example", {"b.example", "old.example"})});
    world.keeper->run_due();
    world.ca.count_anew();
    world.start({wanted_cert("b.example")});
    for (int day = 0; day < 200; ++day) {
        world.clock.advance(kDay);
        world.keeper->run_due();
    }
    CHECK(world.ca.count("newOrder") == 3);
    CHECK(world.payload_to("/new-order") == R"({"identifiers":[{"type":"dns","value":"b.example"}]})");
}

TEST_CASE("a certificate list in the wrong order: refused, the old one serves") {
    Serving world;
    world.ca.change = [](const std::string& kind, int, HttpReply& reply) {
        if (kind != "cert") return;
        const std::size_t second = reply.body.find("-----BEGIN", 10);
        reply.body = reply.body.substr(second) + reply.body.substr(0, second);
    };
    CHECK_FALSE(world.keeper->renew({}, true).changed);
    CHECK(world.only().generation == 1);
}

TEST_SUITE_END();
