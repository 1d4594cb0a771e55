#include "firmware/access/password_rules.h"

#include <doctest.h>

#include <algorithm>

#include "firmware/access/common_passwords.h"
#include "tests/fakes/fixed_random.h"

using namespace postern;
using namespace postern::access;

namespace {

const std::vector<std::string> kNames = {"gatekeeper.example.org", "reinhard", "Administrator", ""};

// What is wrong, by a piece of the sentence; empty: taken.
std::string verdict(std::string_view password) {
    const auto checked = check_new_password(password, kNames);
    if (checked.ok()) return "";
    CHECK(checked.error().kind() == ErrorKind::kRefuse);
    if (password != "password" && password.size() > 5) CHECK(checked.error().text().find(password) == std::string::npos);
    for (const char* piece : {"too short", "too long", "not valid text", "control character", "tried first; choose another. A few", "name of this device"})
        if (checked.error().text().find(piece) != std::string::npos) return piece;
    return checked.error().text();
}

std::string repeat(std::string_view piece, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += piece;
    return text;
}

constexpr const char* kCommon = "tried first; choose another. A few";

}  // namespace

TEST_CASE("new passwords: length in code points, UTF-8, no control characters") {
    struct Row {
        std::string password;
        std::string_view wrong;
    };
    for (const Row& row : std::vector<Row>{
             {"", "too short"}, {"vX9-tq2", "too short"}, {"vX9-tq2k", ""}, {"  ab cd  ", ""}, {"        ", ""},
             {repeat("\u00e4", 7), "too short"}, {repeat("\u00e4", 8), ""}, {repeat("\U0001f511", 8), ""},
             {repeat("q", 128), ""}, {repeat("q", 129), "too long"}, {repeat("\U0001f511", 128), ""},
             {repeat("\U0001f511", 129), "too long"}, {repeat("q", 100000), "too long"},
             {"vX9-tq2k\n", "control character"}, {"vX9\tq2kAA", "control character"}, {"vX9-tq2k\x7f", "control character"},
             {std::string("vX9-tq2k\0", 9), "control character"}, {"vX9-tq2k\u0085", "control character"}, {"vX9-tq2k\u00a0", ""},
             {"vX9-tq2k\xff", "not valid text"}, {"vX9-tq2k\xc3", "not valid text"}, {"vX9-tq2k\xc3(", "not valid text"},
             {"vX9-tq2k\xc0\xaf", "not valid text"}, {"vX9-tq2k\xe0\x80\xaf", "not valid text"},
             {"vX9-tq2k\xed\xa0\x80", "not valid text"}, {"vX9-tq2k\xf4\x90\x80\x80", "not valid text"},
             {"vX9-tq2k\xf0\x82\x82\xac", "not valid text"}, {"vX9-tq2k\x80", "not valid text"}, {"vX9-tq2k\xf8\x88\x80\x80\x80", "not valid text"}}) {
        INFO(row.password.substr(0, 40));
        CHECK(verdict(row.password) == row.wrong);
    }
}

TEST_CASE("new passwords: none of the commonest, whatever its case, nor with something short behind") {
    for (const char* common : {"password", "PassWord", "12345678", "123456789", "baseball", "Password1", "monkey2024", "dragon!!", "letmein123!", "iloveyou"})
        CHECK_MESSAGE(verdict(common) == kCommon, common);
    for (const char* fine : {"monkey20245", "my monkey", "2024monkey", "dragon of the north", "passwort-drei", "correct horse battery staple"})
        CHECK_MESSAGE(verdict(fine).empty(), fine);
}

TEST_CASE("new passwords: no name of the device or of its users") {
    for (const char* name : {"gatekeeper", "GateKeeper.Example.ORG", "gatekeeper1", "reinhard", "REINHARD!", "administrator99", "Postern1", "postern123!"})
        CHECK_MESSAGE(verdict(name) == "name of this device", name);
    for (const char* fine : {"reinhards", "gatekeeper12345", "my gatekeeper", "posterns gate"}) CHECK_MESSAGE(verdict(fine).empty(), fine);
}

TEST_CASE("new passwords: whatever the bytes, it ends in a verdict, and only UTF-8 is taken") {
    fakes::FixedRandom random;
    int taken = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string bytes(random.below(24), '\0');
        for (char& c : bytes) c = "aq~ ji~ gZ~ \xc3\xa4\xe2\xf0"[random.below(16)];
        taken += check_new_password(bytes, kNames).ok() ? 1 : 0;
        bytes += '\xc3';
        CHECK_FALSE(check_new_password(bytes, kNames).ok());
    }
    CHECK(taken > 0);
    CHECK(taken < 5000);
}

TEST_CASE("common passwords: a sorted table of at most 16 kB") {
    const auto all = common_passwords();
    CHECK(all.size() > 3000);
    CHECK(all.size() <= 4096);
    CHECK(std::adjacent_find(all.begin(), all.end(), std::greater_equal<>()) == all.end());
}
