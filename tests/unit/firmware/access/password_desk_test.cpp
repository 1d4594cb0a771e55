#include "firmware/access/password_desk.h"

#include <doctest.h>

#include <future>
#include <memory>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fixed_random.h"
#include "tests/fakes/log_lines.h"

using namespace postern;
using namespace postern::access;

namespace {

constexpr const char* kPassword = "an old song";

Secret secret(std::string_view text) { return Secret(std::string(text)); }

// A slow device: whatever is measured takes 40 ms.
class SlowClock final : public Clock {
public:
    WallTime wall() const override { return {}; }
    SteadyTime steady() const override { return SteadyTime(Millis(reads_++ * 40)); }

private:
    mutable std::atomic<long long> reads_{0};
};

struct Scene {
    explicit Scene(std::uint32_t own_rounds = 2000) {
        PasswordDeskParts parts{slow, random, log, own_rounds};
        parts.rehashed = [this](const PasswordHash& old, const PasswordHash& fresh) { rehashes.emplace_back(old, fresh); };
        desk = std::make_unique<PasswordDesk>(std::move(parts));
    }
    PasswordHash hash(std::uint32_t rounds) { return PasswordHash::make(kPassword, rounds, random).value(); }
    // Waits until all jobs before are done.
    void settle() {
        std::promise<void> done;
        REQUIRE(desk->verify(secret("x"), quick, [&](Match) { done.set_value(); }));
        done.get_future().wait();
    }
    Match verify(std::string_view password, const PasswordHash& against) {
        std::promise<Match> done;
        REQUIRE(desk->verify(secret(password), against, [&](Match match) { done.set_value(match); }));
        const Match match = done.get_future().get();
        settle();
        return match;
    }
    std::optional<PasswordHash> make(std::string_view password) {
        std::promise<std::optional<PasswordHash>> done;
        REQUIRE(desk->make(secret(password), [&](const std::optional<PasswordHash>& made) { done.set_value(made); }));
        return done.get_future().get();
    }

    fakes::FakeClock clock;
    SlowClock slow;
    fakes::FixedRandom random;
    fakes::LogLines lines;
    Log log{clock, lines.sink(), LogLevel::kDebug};
    PasswordHash quick = hash(1000);
    std::vector<std::pair<PasswordHash, PasswordHash>> rehashes;  // written by the desk's thread, read after settle()
    std::unique_ptr<PasswordDesk> desk;
};

// Would take minutes.
PasswordHash endless() { return PasswordHash::parse("pbkdf2-sha256$100000000$AAECAwQFBgcICQoLDA0ODw$" + std::string(43, 'A')).value(); }

}  // namespace

TEST_CASE("password desk: right, wrong, and a hash made with the device's own rounds") {
    Scene scene;
    scene.desk->start();
    CHECK(scene.verify(kPassword, scene.hash(2000)) == Match::kRight);
    CHECK(scene.verify("a new song", scene.hash(2000)) == Match::kWrong);
    CHECK(scene.rehashes.empty());
    const auto made = scene.make("a new song");
    REQUIRE(made);
    CHECK(made->rounds() == 2000);
    CHECK(made->verify("a new song") == Match::kRight);
    CHECK(scene.desk->own_rounds() == 2000);
}

TEST_CASE("password desk: a right password whose hash has other rounds is hashed again, a wrong one is not") {
    Scene scene;
    scene.desk->start();
    const PasswordHash old = scene.hash(3000);
    CHECK(scene.verify("a new song", old) == Match::kWrong);
    CHECK(scene.rehashes.empty());
    CHECK(scene.verify(kPassword, old) == Match::kRight);
    REQUIRE(scene.rehashes.size() == 1);
    CHECK(scene.rehashes[0].first == old);
    CHECK(scene.rehashes[0].second.rounds() == 2000);
    CHECK(scene.rehashes[0].second.verify(kPassword) == Match::kRight);
    CHECK(scene.verify(kPassword, scene.rehashes[0].second) == Match::kRight);
    CHECK(scene.rehashes.size() == 1);
}

TEST_CASE("password desk: rounds that are not known are measured once, before the first hash that is made") {
    Scene scene(0);
    scene.desk->start();
    CHECK(scene.verify("wrong", scene.quick) == Match::kWrong);
    CHECK(scene.desk->own_rounds() == 0);
    CHECK(scene.verify(kPassword, scene.quick) == Match::kRight);
    CHECK(scene.desk->own_rounds() == kFewestOwnRounds);
    REQUIRE(scene.rehashes.size() == 1);
    CHECK(scene.rehashes[0].second.rounds() == kFewestOwnRounds);
    CHECK(scene.lines.count("access.calibrated rounds=100000") == 1);
}

TEST_CASE("password desk: eight wait, the ninth is refused and never called") {
    Scene scene;
    int told = 0, refused = 0;
    for (std::size_t i = 0; i < PasswordDesk::kMostWaiting; ++i) CHECK(scene.desk->verify(secret("x"), scene.quick, [&](Match) { ++told; }));
    CHECK_FALSE(scene.desk->verify(secret("x"), scene.quick, [&](Match) { ++refused; }));
    CHECK_FALSE(scene.desk->make(secret("x"), [&](const auto&) { ++refused; }));
    scene.desk->start();
    while (!scene.desk->make(secret("y"), [](const auto&) {})) std::this_thread::yield();
    scene.desk->stop();
    CHECK(told == 8);
    CHECK(refused == 0);
}

TEST_CASE("password desk: stopped it ends the job under way, and tells all who wait") {
    Scene scene;
    scene.desk->start();
    std::vector<Match> told;
    bool made_told = false;
    const auto tell = [&](Match match) { told.push_back(match); };
    CHECK(scene.desk->verify(secret("x"), endless(), tell));
    CHECK(scene.desk->verify(secret("x"), endless(), tell));
    CHECK(scene.desk->make(secret("x"), [&](const std::optional<PasswordHash>& made) { made_told = !made.has_value(); }));
    scene.desk->stop();
    CHECK(told == std::vector<Match>{Match::kStopped, Match::kStopped});
    CHECK(made_told);
    CHECK_FALSE(scene.desk->verify(secret("x"), scene.quick, tell));
    scene.desk->stop();
    scene.desk->start();  // stopped is stopped
    CHECK_FALSE(scene.desk->verify(secret("x"), scene.quick, tell));
    CHECK(told.size() == 2);
}

TEST_CASE("password desk: stopped before it was started, those who wait are told too") {
    Scene scene;
    std::vector<Match> told;
    CHECK(scene.desk->verify(secret("x"), endless(), [&](Match match) { told.push_back(match); }));
    scene.desk.reset();
    CHECK(told == std::vector<Match>{Match::kStopped});
}

TEST_CASE("password desk: a callback may ask again") {
    Scene scene;
    scene.desk->start();
    std::promise<Match> done;
    CHECK(scene.desk->make(secret("first"), [&](const std::optional<PasswordHash>& made) {
        CHECK(scene.desk->verify(secret("first"), made.value(), [&](Match match) { done.set_value(match); }));
    }));
    CHECK(done.get_future().get() == Match::kRight);
}
