#include "firmware/access/password_hash.h"

#include <doctest.h>

#include <vector>

#include "tests/fakes/fixed_random.h"

using namespace postern;
using namespace postern::access;

namespace {

// "trustno 1" with the salt 00 01 .. 0f and 1000 rounds, by Python's hashlib.
constexpr const char* kKnown = "pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0ODw$_53vStae4s1ozvylrzaygb_vlgRmiGXiakJhOwQ-de8";

// Each measurement takes what the test says, whatever the machine does.
class ScriptedClock final : public Clock {
public:
    explicit ScriptedClock(std::vector<long long> trials) : trials_(std::move(trials)) {}
    WallTime wall() const override { return {}; }
    SteadyTime steady() const override {
        if (reads_++ % 2 == 1) now_ += Millis(trials_[std::min(reads_ / 2 - 1, trials_.size() - 1)]);
        return now_;
    }
    std::size_t trials() const { return reads_ / 2; }

private:
    std::vector<long long> trials_;
    mutable std::size_t reads_ = 0;
    mutable SteadyTime now_{};
};

}  // namespace

TEST_CASE("password hash: read, verified, written again") {
    const auto known = PasswordHash::parse(kKnown);
    REQUIRE(known.ok());
    CHECK(known->rounds() == 1000);
    CHECK(known->text() == kKnown);
    CHECK(known->verify("trustno 1") == Match::kRight);
    for (const char* wrong : {"", "trustno 2", "Trustno 1", "trustno 1 ", "trustno 1\n"}) CHECK(known->verify(wrong) == Match::kWrong);
    CHECK_FALSE(known->needs_rehash(1000));
    CHECK(known->needs_rehash(100000));
    CHECK(known->needs_rehash(999));
}

TEST_CASE("password hash: made with fresh salt") {
    fakes::FixedRandom random;
    const auto one = PasswordHash::make("a b c", 1000, random), two = PasswordHash::make("a b c", 1000, random);
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->text() != two->text());
    CHECK(one->verify("a b c") == Match::kRight);
    CHECK(two->verify("a b c") == Match::kRight);
    CHECK(one->verify("a b d") == Match::kWrong);
    CHECK(PasswordHash::parse(one->text()).value() == *one);
}

TEST_CASE("password hash: what is refused, and what to do") {
    const std::string salt = "AAECAwQFBgcICQoLDA0ODw", hash(43, 'A');
    const auto of = [&](const std::string& rounds) { return "pbkdf2-sha256$" + rounds + "$" + salt + "$" + hash; };
    REQUIRE(PasswordHash::parse(of("1000")).ok());
    REQUIRE(PasswordHash::parse(of("100000000")).ok());
    struct Row {
        std::string text;
        std::string_view why;
    };
    for (const Row& row : std::vector<Row>{
             {"", "it is empty"},
             {"my secret password", "not of the form"},
             {"$2y$10$abcdefghijklmnopqrstuv", "not of the form"},
             {"$6$salt$hash", "not of the form"},
             {"pbkdf2-sha256$1000$" + salt, "not of the form"},
             {of("1000") + "$", "not of the form"},
             {of("1000") + std::string(200, 'A'), "not of the form"},
             {"pbkdf2-sha256x$1000$" + salt + "$" + hash, "not of the form"},
             {"PBKDF2-SHA256$1000$" + salt + "$" + hash, "not of the form"},
             {" " + of("1000"), "not of the form"},
             {of("999"), "its rounds"}, {of("0"), "its rounds"}, {of(""), "its rounds"}, {of("100000001"), "its rounds"},
             {of("18446744073709552616"), "its rounds"}, {of("+1000"), "its rounds"}, {of("01000"), "its rounds"}, {of("-1000"), "its rounds"},
             {of("1e6"), "its rounds"}, {of(" 1000"), "its rounds"},
             {"pbkdf2-sha256$1000$$" + hash, "its salt"},
             {"pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0O$" + hash, "its salt"},
             {"pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0OD+$" + hash, "its salt"},
             {"pbkdf2-sha256$1000$" + salt + "==$" + hash, "its salt"},
             {"pbkdf2-sha256$1000$" + salt + "$", "its hash"},
             {"pbkdf2-sha256$1000$" + salt + "$" + hash.substr(1), "its hash"},
             {of("1000") + "A", "its hash"}, {of("1000") + "=", "its hash"}, {of("1000") + "\n", "its hash"},
             {std::string(of("1000")).replace(60, 1, 1, '\0'), "its hash"}}) {
        const auto parsed = PasswordHash::parse(row.text);
        REQUIRE_MESSAGE(!parsed.ok(), row.text);
        CHECK(parsed.error().kind() == ErrorKind::kAdmin);
        CHECK_MESSAGE(parsed.error().text().find(row.why) != std::string::npos, parsed.error().text());
        CHECK(parsed.error().text().find("'postern passwd --print' makes one") != std::string::npos);
        for (const char* piece : {"AAECAw", "AAAA", "secret", "abcdef"}) CHECK(parsed.error().text().find(piece) == std::string::npos);
    }
}

TEST_CASE("password hash: called off nothing is known, and a long password costs nothing") {
    fakes::FixedRandom random;
    const std::atomic<bool> stop{true};
    const auto slow = PasswordHash::parse(std::string("pbkdf2-sha256$100000000$AAECAwQFBgcICQoLDA0ODw$") + std::string(43, 'A'));
    REQUIRE(slow.ok());
    CHECK(slow->verify("x", &stop) == Match::kStopped);
    CHECK(slow->verify(std::string(513, 'x')) == Match::kWrong);
    CHECK_FALSE(PasswordHash::make("x", kMostRounds, random, &stop));
}

TEST_CASE("calibrate: rounds for 250 ms, by the shortest of three trials, within bounds") {
    struct Row {
        std::vector<long long> trials;  // how long each takes; the first has 2048 rounds, the next twice as many, from 20 ms on the same
        std::uint32_t rounds;
        std::size_t measured;
    };
    for (const Row& row : std::vector<Row>{
             {{1, 2, 5, 11, 22, 22, 22}, 373000, 7},   // 32768 rounds take 22 ms
             {{1, 2, 5, 11, 30, 22, 400}, 373000, 7},  // others are busy
             {{40, 35, 37}, 100000, 3},                // a slow device: 15 000 would do
             {{5000, 5000, 5000}, 100000, 3},
             {{0}, 1000000, 8}}) {                     // a fast one, or a clock that stands still
        const ScriptedClock clock(row.trials);
        CHECK(calibrate(clock) == row.rounds);
        CHECK(clock.trials() == row.measured);
    }
    const std::atomic<bool> stop{true};
    CHECK(calibrate(ScriptedClock({1}), &stop) == kFewestOwnRounds);
}
