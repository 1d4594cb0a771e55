// The passwords of a site's visitors: which hashes are taken, what a file of them may hold, and what looking one up costs.
#include "firmware/access/site_passwords.h"

#include <doctest.h>

#include <future>
#include <string>

#include "firmware/access/crypt_hash.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fixed_random.h"

using namespace postern;
using namespace postern::access;

namespace {

using What = SitePasswords::Look::What;

// All of "secret".
constexpr const char* kBcrypt = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
constexpr const char* kSha256 = "$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA";
constexpr const char* kSha512 = "$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/";

// base64 of "ann:secret" and so on
constexpr const char* kAnn = "YW5uOnNlY3JldA==";        // ann:secret
constexpr const char* kAnnWrong = "YW5uOndyb25n";       // ann:wrong
constexpr const char* kBob = "Ym9iOnNlY3JldA==";        // bob:secret
constexpr const char* kNobody = "enplOnNlY3JldA==";     // zze:secret

struct Scene {
    Scene() {
        auto users = Users::parse(std::string("ann:") + kBcrypt + "\nbob:" + kSha256 + "\n");
        REQUIRE(users.ok());
        passwords = std::make_shared<SitePasswords>(desk, std::make_shared<const Users>(std::move(*users)), "site");
    }
    // As a session does: asks again when the first answer says so.
    SitePasswords::Look ask(const std::string& credentials, const std::string& peer = "192.0.2.1") {
        auto look = passwords->look(credentials, peer);
        if (look.what != What::kPending) return look;
        std::promise<void> done;
        look.ticket->join(this, [&] { done.set_value(); });
        done.get_future().wait();
        return passwords->look(credentials, peer);
    }
    fakes::FakeClock clock;
    fakes::FixedRandom random;
    VisitorDesk desk{clock, random};
    std::shared_ptr<SitePasswords> passwords;
};

}  // namespace

TEST_CASE("bcrypt, SHA-256 and SHA-512 are taken, and tell a right password from a wrong one") {
    for (std::string hash : {std::string(kBcrypt), "$2b" + std::string(kBcrypt).substr(3), "$2a" + std::string(kBcrypt).substr(3),
                             std::string(kSha256), std::string(kSha512)}) {
        CAPTURE(hash);
        CHECK(check_crypt_hash(hash).ok());
        CHECK(crypt_matches("secret", hash));
        for (const std::string& wrong : {std::string("Secret"), std::string(), std::string("secret "), std::string("secret\0x", 8), std::string(256, 's')})
            CHECK(!crypt_matches(wrong, hash));
    }
    CHECK(!crypt_matches("secret", ""));
    CHECK(!crypt_matches("secret", "nonsense"));
}

TEST_CASE("other hashes are refused with a word how to do better, and without the hash") {
    struct Row {
        std::string hash, said;
    };
    const std::string good = kBcrypt;
    for (const Row& row : {Row{"", "no hash"}, {"secret", "in clear or a DES hash"}, {"rl0uE5lXn1d6U", "in clear or a DES hash"},
                           {"$apr1$abcdefgh$0123456789012345678901", "MD5"}, {"$1$abcdefgh$0123456789012345678901", "MD5"},
                           {"{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", "SHA-1"}, {"{SSHA}x", "SHA-1"}, {"$argon2id$v=19$x", "of this kind"},
                           {"$y$j9T$x$y", "of this kind"}, {"$2x" + good.substr(3), "of this kind"}, {good.substr(0, 59), "damaged"}, {good + "a", "damaged"},
                           {"$2y$xx" + good.substr(6), "damaged"}, {"$2y$04!" + good.substr(7), "damaged"}, {"$2y$03" + good.substr(6), "cost of 3"},
                           {"$2y$15" + good.substr(6), "cost of 15"}, {std::string(kSha256).substr(0, 50), "damaged"}, {"$6$" + std::string(kSha256).substr(3), "damaged"},
                           {"$5$rounds=999$" + std::string(kSha256).substr(3), "999 rounds"}, {"$5$rounds=9999999$" + std::string(kSha256).substr(3), "9999999 rounds"},
                           {"$5$rounds=x$" + std::string(kSha256).substr(3), "damaged"}, {"$5$rounds=5000", "damaged"}, {"$5$", "damaged"},
                           {"$5$waytoolongasaltfor$" + std::string(kSha256).substr(12), "damaged"}}) {
        CAPTURE(row.hash);
        const auto checked = check_crypt_hash(row.hash);
        REQUIRE(!checked.ok());
        const std::string text = checked.error().text();
        CHECK_MESSAGE(text.find(row.said) != std::string::npos, text);
        CHECK(text.find("htpasswd -B") != std::string::npos);
        if (row.hash.size() > 10) CHECK(text.find(row.hash.substr(4)) == std::string::npos);
    }
}

TEST_CASE("a file of users: every fault with its line") {
    const std::string bcrypt = kBcrypt;
    auto users = Users::parse("# people\n\nann:" + bcrypt + "\r\nbob smith:" + kSha512 + ":a remark\n\xc3\xa4:" + bcrypt);
    REQUIRE(users.ok());
    CHECK(users->all().size() == 3);
    CHECK(users->find("ann") != nullptr);
    CHECK(users->find("bob smith")->hash.view() == kSha512);
    CHECK(users->find("\xc3\xa4") != nullptr);
    CHECK(users->find("an") == nullptr);
    CHECK(users->find("") == nullptr);

    auto faults = Users::parse("ann\n:" + bcrypt + "\nbob:{SHA}x\nok:" + bcrypt + "\nok:" + bcrypt + "\n" + std::string(129, 'x') + ":" + bcrypt + "\na\tb:" + bcrypt);
    REQUIRE(!faults.ok());
    const std::string text = faults.error().text();
    for (const char* said : {"line 1: no ':'", "line 2: the name", "line 3: 'bob': a SHA-1", "line 5: 'ok' stands in line 4", "line 6: the name", "line 7: the name"})
        CHECK_MESSAGE(text.find(said) != std::string::npos, text);
    CHECK(text.find("$2y$") == std::string::npos);
    std::string many;
    for (int i = 0; i < 30; ++i) many += "x\n";
    CHECK(Users::parse(many).error().text().ends_with("; and 20 more"));
    for (const char* none : {"", "\n\n", "# ann\n"}) CHECK(Users::parse(none).error().text().find("no user in it") != std::string::npos);
}

TEST_CASE("a right password is looked at once, and known for a while") {
    Scene scene;
    CHECK(scene.passwords->look(kAnn, "192.0.2.1").what == What::kPending);
    CHECK(scene.ask(kAnn).user == "ann");
    scene.clock.advance(Seconds(599));
    CHECK(scene.passwords->look(kAnn, "203.0.113.9").what == What::kRight);  // wherever he comes from
    scene.clock.advance(Seconds(2));
    CHECK(scene.passwords->look(kAnn, "192.0.2.1").what == What::kPending);
    CHECK(scene.ask(kAnn).what == What::kRight);
    CHECK(scene.ask(kBob).user == "bob");
}

TEST_CASE("a wrong password, an unknown user, and what is no credential at all") {
    Scene scene;
    CHECK(scene.ask(kAnnWrong).what == What::kWrong);
    CHECK(scene.ask(kNobody).what == What::kWrong);
    // ann without ':'; no base64; base64url; too much padding; a NUL in it; not canonical
    for (const char* bad : {"YW5u", "YW5uOnNlY3JldA", "?", "YW5uOnNlY3Jl-_==", "YW5uOnNlY3JldA=====", "YW5uOgBz", "YW5uOnNlY3JldB==", "YW5uOnNlY3JldA== "})
        CHECK_MESSAGE(scene.passwords->look(bad, "192.0.2.1").what == What::kWrong, bad);
    CHECK(scene.passwords->look(kAnnWrong, "192.0.2.1").what == What::kWrong);  // known by now
    CHECK(scene.ask(kAnn).what == What::kRight);
}

TEST_CASE("many requests with one password are one look, and no wrong try but the first") {
    Scene scene;
    const auto first = scene.passwords->look(kAnn, "192.0.2.1");
    for (int i = 0; i < 50; ++i) {
        const auto more = scene.passwords->look(kAnn, "192.0.2.1");
        CHECK((more.what == What::kRight || more.ticket == first.ticket));
    }
    CHECK(scene.ask(kAnn).what == What::kRight);
}

TEST_CASE("who guesses waits, and others do not") {
    Scene scene;
    auto guess = [&](char last, const char* peer) { return scene.ask("YW5uOndyb2" + std::string(1, last) + "n", peer); };  // ann:wro?
    for (const char c : {'A', 'B', 'C', 'D', 'E'}) CHECK(guess(c, "192.0.2.66").what == What::kWrong);
    const auto refused = guess('F', "192.0.2.66");
    CHECK(refused.what == What::kTooMany);
    CHECK(refused.wait >= Seconds(1));
    CHECK(refused.wait <= Seconds(60));
    CHECK(scene.ask(kAnn, "192.0.2.66").what == What::kTooMany);  // a right one neither
    CHECK(scene.ask(kAnn, "192.0.2.1").what == What::kRight);
    scene.clock.advance(refused.wait);
    CHECK(scene.ask(kBob, "192.0.2.66").what == What::kRight);
}

TEST_CASE("a desk that is full or stopped says so, and charges nobody") {
    Scene scene;
    std::promise<void> hold, begun;
    REQUIRE(scene.desk.put([&] {
        begun.set_value();
        hold.get_future().wait();
    }));
    begun.get_future().wait();
    for (std::size_t i = 0; i < VisitorDesk::kMostWaiting; ++i) REQUIRE(scene.desk.put([] {}));
    for (int i = 0; i < 20; ++i) CHECK(scene.passwords->look(kAnn, "192.0.2.1").what == What::kBusy);
    hold.set_value();
    scene.desk.stop();
    CHECK(scene.passwords->look(kAnn, "192.0.2.1").what == What::kBusy);
    CHECK(!scene.desk.put([] {}));
}

TEST_CASE("who leaves is not woken, and who comes late is at once") {
    Ticket ticket;
    int first = 0, second = 0;
    ticket.join(&first, [&] { ++first; });
    ticket.join(&second, [&] { ++second; });
    ticket.leave(&first);
    CHECK(!ticket.is_done());
    ticket.finish();
    CHECK(ticket.is_done());
    ticket.join(&first, [&] { ++first; });
    CHECK(first == 1);
    CHECK(second == 1);
}
