#include "server/crypto/pbkdf2.h"

#include <doctest.h>

#include <string>
#include <vector>

#include "server/base/text.h"

using namespace postern;
using namespace std::string_literals;

namespace {

std::string derived(std::string_view password, std::string_view salt, std::uint32_t rounds, std::size_t size) {
    const auto key = crypto::pbkdf2_sha256(password, salt, rounds, size);
    REQUIRE(key);
    return to_hex(key->view());
}

}  // namespace

// The first two are of RFC 7914 section 11, the next five those of RFC 6070 computed with SHA-256, then nothing at all, and keys
// of and beyond a block of SHA-256 (RFC 2104 section 2), computed by Python's hashlib.
TEST_CASE("pbkdf2_sha256: known answers") {
    struct Row {
        std::string password, salt;
        std::uint32_t rounds;
        std::string_view key;
    };
    for (const Row& row : std::vector<Row>{
             {"passwd", "salt", 1,
              "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
              "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"},
             {"Password", "NaCl", 80000,
              "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
              "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"},
             {"password", "salt", 1, "120fb6cffcf8b32c43e7225256c4f837a86548c9"},
             {"password", "salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8e"},
             {"password", "salt", 4096, "c5e478d59288c841aa530db6845c4c8d962893a0"},
             {"passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c"},
             {"pass\0word"s, "sa\0lt"s, 4096, "89b69d0516f829893c696226650a8687"},
             {"", "", 5, "175e955e8313459d689f8d811366083e3bc0563d38799aa49f4cac7e4a6eb262"},
             {std::string(64, 'k'), "salt", 3, "59e38449e5b5499366e8ef715d2cb11880bafafa02ff5699caa77948092dc60c"},
             {std::string(65, 'k'), "salt", 3, "37681f3749277f6b4ddde0ffeb99b3fcf332f61ba1ee3612ed0fd921583c6cfe"},
         }) {
        CHECK(derived(row.password, row.salt, row.rounds, row.key.size() / 2) == row.key);
    }
}

TEST_CASE("pbkdf2_sha256: called off it gives nothing") {
    std::atomic<bool> stop{true};
    CHECK_FALSE(crypto::pbkdf2_sha256("secret", "salt", 1, 32, &stop));
    CHECK_FALSE(crypto::pbkdf2_sha256("secret", "salt", 4000000000, 32, &stop));  // an hour
    stop = false;
    CHECK(crypto::pbkdf2_sha256("secret", "salt", 2, 32, &stop)->view() == crypto::pbkdf2_sha256("secret", "salt", 2, 32)->view());
}

TEST_CASE("pbkdf2_sha256: a shorter key is the beginning of a longer one") {
    const std::string longest = derived("p", "s", 3, 70);
    CHECK(longest.size() == 140);
    for (std::size_t size : {1u, 31u, 32u, 33u, 64u, 65u}) CHECK(derived("p", "s", 3, size) == longest.substr(0, 2 * size));
}
