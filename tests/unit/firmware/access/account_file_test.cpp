#include "firmware/access/account_file.h"

#include <doctest.h>

#include <cerrno>

#include "tests/fakes/fake_files.h"
#include "tests/fakes/fixed_random.h"

using namespace postern;
using namespace postern::access;

namespace {

constexpr const char* kFile = "/state/admin.json";
const WallTime kMonday{Seconds(1795219200)}, kTuesday{Seconds(1795305600)};

PasswordHash hash(std::string_view password, std::uint32_t rounds = 1000) {
    static fakes::FixedRandom random;
    return PasswordHash::make(password, rounds, random).value();
}

fakes::FakeFiles empty_state() {
    fakes::FakeFiles files;
    files.put_folder("/state");
    return files;
}

std::unique_ptr<AccountFile> open(FileSystem& files, std::optional<PasswordHash> from_ini = {}) {
    auto opened = AccountFile::open(files, "/state", std::move(from_ini));
    REQUIRE_MESSAGE(opened.ok(), opened.error().text());
    return std::move(*opened);
}

}  // namespace

TEST_CASE("account: set-up is wanted until the first password, and never again") {
    fakes::FakeFiles files = empty_state();
    const PasswordHash first = hash("first"), other = hash("other");
    {
        auto file = open(files);
        CHECK(file->wants_setup());
        CHECK_FALSE(file->in_force());
        CHECK(file->set_first_password(first, kMonday).ok());
        CHECK_FALSE(file->wants_setup());
        const auto again = file->set_first_password(other, kMonday);  // of two at once one succeeds
        REQUIRE_FALSE(again.ok());
        CHECK(again.error().kind() == ErrorKind::kRefuse);
    }
    CHECK(files.info(kFile)->mode == 0600);
    auto file = open(files);
    CHECK_FALSE(file->wants_setup());
    CHECK(file->in_force() == first);
    CHECK(file->account().set_at == kMonday);
    CHECK(file->account().own_rounds == 1000);
    CHECK(file->account().setup_closed);
    CHECK(file->set_password(other, kTuesday).ok());
    CHECK(open(files)->in_force() == other);
    CHECK(open(files)->account().set_at == kTuesday);
}

TEST_CASE("account: the INI's hash is in force until the password is changed, and again when the INI is") {
    fakes::FakeFiles files = empty_state();
    const PasswordHash printed = hash("printed", 2000), page = hash("page"), forgotten = hash("new one");
    auto file = open(files, printed);
    CHECK_FALSE(file->wants_setup());
    CHECK_FALSE(file->set_first_password(page, kMonday).ok());
    CHECK(file->in_force() == printed);
    CHECK_FALSE(files.exists(kFile).value());
    CHECK(file->set_password(page, kMonday).ok());
    CHECK(file->in_force() == page);
    CHECK(open(files, printed)->in_force() == page);      // the INI still says what it said
    CHECK(open(files)->in_force() == page);               // it says nothing any more
    CHECK(open(files, forgotten)->in_force() == forgotten);  // who forgot the password writes a new one
    CHECK_FALSE(file->configure(printed));  // what the account has overridden
    CHECK(file->configure(forgotten));
    CHECK(file->in_force() == forgotten);
    CHECK_FALSE(file->configure(forgotten));
    CHECK(file->configure(std::nullopt));
    CHECK(file->in_force() == page);
    CHECK_FALSE(file->wants_setup());
}

TEST_CASE("account: a hash of the INI that is taken out before any login leaves set-up open") {
    fakes::FakeFiles files = empty_state();
    auto file = open(files, hash("printed"));
    CHECK_FALSE(file->wants_setup());
    CHECK(file->configure(std::nullopt));
    CHECK(file->wants_setup());
}

TEST_CASE("account: hashed again with the device's own rounds, unless the password has changed meanwhile") {
    fakes::FakeFiles files = empty_state();
    const PasswordHash printed = hash("printed", 2000), own = hash("printed", 3000), page = hash("page", 3000), late = hash("printed", 3000);
    auto file = open(files, printed);
    CHECK(file->rehash(printed, own, kMonday).value());
    CHECK(file->in_force() == own);
    CHECK(file->account().set_at == kMonday);
    CHECK(file->account().own_rounds == 3000);
    CHECK(open(files, printed)->in_force() == own);
    CHECK(file->set_password(page, kTuesday).ok());
    CHECK_FALSE(file->rehash(printed, late, kTuesday).value());
    CHECK_FALSE(file->rehash(own, late, kTuesday).value());
    CHECK(file->in_force() == page);
    const PasswordHash more = hash("page", 4000);
    CHECK(file->rehash(page, more, kTuesday + Seconds(9)).value());
    CHECK(open(files, printed)->in_force() == more);
    CHECK(file->account().set_at == kTuesday);  // it is the same password
}

TEST_CASE("account: a damaged file is refused with the remedy, and is not 'no password'") {
    const std::string good = [] {
        fakes::FakeFiles files = empty_state();
        REQUIRE(open(files)->set_first_password(hash("x"), kMonday).ok());
        return files.read(kFile, 4096).value();
    }();
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return text.replace(at, from.size(), to);
    };
    for (const std::string& text : {std::string(), std::string("{}"), std::string("null"), std::string("[]"), std::string(good.size(), '\0'), good.substr(0, good.size() / 2),
                                    good + "x", changed("\"v\":1", "\"v\":2"), changed("\"v\":1", "\"v\":\"1\""), changed("pbkdf2", "pbkdf3"), changed("$1000$", "$999$"),
                                    changed("setup_closed\":true", "setup_closed\":false"), changed("setup_closed\":true", "setup_closed\":1"),
                                    changed("own_rounds\":1000", "own_rounds\":7"), changed("own_rounds\":1000", "own_rounds\":\"x\""), changed("set_at", "set_on"),
                                    changed("\"password\":\"", "\"password\":null,\"x\":\""), std::string(5000, ' '), std::string(4000, '[')}) {
        fakes::FakeFiles files = empty_state();
        files.put(kFile, text);
        const auto opened = AccountFile::open(files, "/state", std::nullopt);
        REQUIRE_MESSAGE(!opened.ok(), text.substr(0, 300));
        CHECK(opened.error().kind() == ErrorKind::kAdmin);
        CHECK(opened.error().text().starts_with("/state/admin.json: damaged"));
        CHECK(opened.error().text().find("'postern passwd --print'") != std::string::npos);
    }
    fakes::FakeFiles files = empty_state();
    files.put(kFile, changed("{", "{\"later\":[1,{}],"));  // of a newer version with the same meaning
    CHECK_FALSE(open(files)->wants_setup());
    files.deny(kFile, EACCES);
    const auto denied = AccountFile::open(files, "/state", std::nullopt);
    REQUIRE_FALSE(denied.ok());
    CHECK(denied.error().number() == EACCES);
    CHECK(denied.error().text().find("damaged") == std::string::npos);
}

TEST_CASE("account: whatever step fails, or is the last before the power goes, it reads as old or as new") {
    const PasswordHash before = hash("before"), after = hash("after");
    fakes::FakeFiles prepared = empty_state();
    REQUIRE(open(prepared)->set_first_password(before, kMonday).ok());
    for (int step = 1;; ++step) {
        fakes::FakeFiles files = prepared;
        auto file = open(files);
        files.power_cut_at(step);
        const bool done = file->set_password(after, kTuesday).ok();
        for (fakes::FakeFiles& reboot : files.after_power_loss()) {
            const auto found = open(reboot)->in_force();
            CHECK((found == after || (!done && found == before)));
        }
        if (!files.fault_hit()) break;
    }
    for (int step = 1;; ++step) {
        fakes::FakeFiles files = prepared;
        auto file = open(files);
        files.fail_at(step, EIO);
        const bool done = file->set_password(after, kTuesday).ok();
        const bool failed = files.fault_hit();
        if (!failed) break;
        CHECK(file->in_force() == (done ? after : before));  // a stale temporary file that cannot be removed is no reason to fail
        files.no_fault();
        CHECK(file->set_password(after, kTuesday).ok());
        CHECK(open(files)->in_force() == after);
    }
}

TEST_CASE("account: a full disk changes nothing, and set-up stays open") {
    fakes::FakeFiles files = empty_state();
    files.set_free(100);
    auto file = open(files);
    const auto full = file->set_first_password(hash("x"), kMonday);
    REQUIRE_FALSE(full.ok());
    CHECK(full.error().kind() == ErrorKind::kRetry);
    CHECK(file->wants_setup());
    CHECK(open(files)->wants_setup());
    files.set_free(100000);
    CHECK(file->set_first_password(hash("x"), kMonday).ok());
}
