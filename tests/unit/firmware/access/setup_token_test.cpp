#include "firmware/access/setup_token.h"

#include <doctest.h>

#include <algorithm>
#include <cerrno>
#include <regex>

#include "tests/fakes/fake_files.h"
#include "tests/fakes/fixed_random.h"

using namespace postern;
using namespace postern::access;

namespace {

constexpr const char* kFile = "/state/setup-token";

struct Scene {
    Scene() { files.put_folder("/state"); }
    Result<SetupToken> open() { return SetupToken::read_or_make(files, "/state", random); }
    std::string text() { return files.read(kFile, 200).value(); }

    fakes::FakeFiles files;
    fakes::FixedRandom random;
};

std::string replaced(std::string text, char from, char to) {
    std::replace(text.begin(), text.end(), from, to);
    return text;
}

}  // namespace

TEST_CASE("set-up token: made once, kept, 0600, of 30 symbols that can be typed") {
    Scene scene;
    const auto made = scene.open();
    REQUIRE(made.ok());
    const std::string text = scene.text();
    CHECK(std::regex_match(text, std::regex("([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]{5}\n")));
    CHECK(scene.files.info(kFile)->mode == 0600);
    CHECK(made->matches(text));
    CHECK(scene.open()->matches(text));
    CHECK(scene.text() == text);
    CHECK(SetupToken::path_in("/state") == kFile);
}

TEST_CASE("set-up token: as people type it, and nothing else") {
    Scene scene;
    scene.files.put(kFile, "A0BC1-23DEF-GHJKM-NPQRS-TVWXY-Z4567\n");
    const auto token = scene.open();
    REQUIRE(token.ok());
    CHECK(scene.text().starts_with("A0BC1"));
    for (const char* good : {"A0BC1-23DEF-GHJKM-NPQRS-TVWXY-Z4567", "a0bc1-23def-ghjkm-npqrs-tvwxy-z4567", "A0BC123DEFGHJKMNPQRSTVWXYZ4567", "aObcI 23def ghjkm npqrs tvwxy z4567",
                             " aobcl23defghjkmnpqrstvwxyz4567\r\n", "--A0BC1--23DEFGHJKMNPQRSTVWXYZ4567-"})
        CHECK_MESSAGE(token->matches(good), good);
    for (const std::string& bad : {std::string(), std::string("-"), std::string("A0BC1-23DEF-GHJKM-NPQRS-TVWXY-Z456"), std::string("A0BC1-23DEF-GHJKM-NPQRS-TVWXY-Z45678"), std::string("B0BC1-23DEF-GHJKM-NPQRS-TVWXY-Z4567"),
                                   std::string("A0BC1_23DEF_GHJKM_NPQRS_TVWXY_Z4567"), std::string("A0BC1-23DEF-GHJKM-NPQRS-TVWXY-Z4567\0", 36), std::string("A0BC1-23DEF-GHJKM-NPQRS-TVWXY-Z4567\xc3\xa4"),
                                   std::string(129, '-'), std::string(1000000, 'A')})
        CHECK_FALSE_MESSAGE(token->matches(bad), bad.substr(0, 50));
}

TEST_CASE("set-up token: what is no token, or could be read by others, is made anew") {
    Scene scene;
    REQUIRE(scene.open().ok());
    const std::string first = scene.text();
    for (const std::string& text : {std::string(), std::string("no token\n"), first.substr(0, 20), std::string(36, '\0'), std::string(5000, 'A'), first + "A"}) {
        scene.files.put(kFile, text);
        const auto token = scene.open();
        REQUIRE(token.ok());
        CHECK(scene.text().size() == 36);
        CHECK(token->matches(scene.text()));
        CHECK_FALSE(token->matches(first));
        if (!text.empty()) CHECK_FALSE(token->matches(text));
    }
    for (std::uint32_t mode : {0640u, 0604u, 0644u}) {
        scene.files.put(kFile, first, mode);
        CHECK_FALSE(scene.open()->matches(first));
        CHECK(scene.files.info(kFile)->mode == 0600);
    }
    scene.files.put("/elsewhere", first);
    REQUIRE(scene.files.remove_file(kFile).ok());
    scene.files.put_link(kFile, "/elsewhere");
    CHECK_FALSE(scene.open()->matches(first));
    CHECK(scene.files.info(kFile)->kind == FileInfo::Kind::kFile);
    CHECK(scene.files.read("/elsewhere", 100).value() == first);
}

TEST_CASE("set-up token: discarded it is gone, twice is fine") {
    Scene scene;
    REQUIRE(scene.open().ok());
    CHECK(SetupToken::discard(scene.files, "/state").ok());
    CHECK_FALSE(scene.files.exists(kFile).value());
    CHECK(SetupToken::discard(scene.files, "/state").ok());
    REQUIRE(scene.open().ok());
    scene.files.fail_at(1, EIO);
    CHECK_FALSE(SetupToken::discard(scene.files, "/state").ok());
    for (fakes::FakeFiles& after : scene.files.after_power_loss()) CHECK(after.exists(kFile).value());
    scene.files.no_fault();
    CHECK(SetupToken::discard(scene.files, "/state").ok());
    for (fakes::FakeFiles& after : scene.files.after_power_loss()) CHECK_FALSE(after.exists(kFile).value());
}

TEST_CASE("set-up token: a disk that fails is said, and leaves no half of one") {
    for (int step = 1;; ++step) {
        Scene scene;
        scene.files.power_cut_at(step);
        const bool made = scene.open().ok();
        for (fakes::FakeFiles& after : scene.files.after_power_loss()) {
            if (after.exists(kFile).value()) CHECK(after.read(kFile, 200)->size() == 36);
            else CHECK_FALSE(made);
        }
        if (!scene.files.fault_hit()) break;
    }
    Scene full;
    full.files.set_free(10);
    const auto made = full.open();
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().kind() == ErrorKind::kRetry);
    CHECK_FALSE(full.files.exists(kFile).value());
}

TEST_CASE("set-up token: one that the owner wrote") {
    const auto token = SetupToken::parse("my-own-token-0123-4567");
    REQUIRE(token.ok());
    CHECK(token->matches("MYOWNTOKEN01234567"));
    CHECK(token->matches(replaced("my-own-token-0123-4567", '0', 'o')));
    CHECK_FALSE(token->matches("MYOWNTOKEN01234568"));
    for (const std::string& bad : {std::string(), std::string("short"), std::string("fifteen-letters"), std::string("---------------------"), std::string("with_other_signs_in_it"), std::string(129, 'A')}) {
        const auto parsed = SetupToken::parse(bad);
        REQUIRE_FALSE(parsed.ok());
        CHECK(parsed.error().kind() == ErrorKind::kAdmin);
        if (!bad.empty()) CHECK(parsed.error().text().find(bad) == std::string::npos);
    }
}
