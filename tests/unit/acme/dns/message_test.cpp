#include "acme/dns/message.h"

#include <doctest.h>

#include "acme/dns/limits.h"
#include "acme/dns/name.h"
#include "server/base/text.h"
#include "tests/unit/acme/dns/packets.h"

using namespace postern;
using namespace postern::acme::dns;
using namespace packets;
using Outcome = Reply::Outcome;

namespace {

const std::string kAsked = pointer(12);
const std::string kIp("\xc0\0\2\1", 4);

std::string fault(const std::string& message, unsigned type = 1) {
    const auto read = decode(message, "example.org", type);
    return read.ok() ? "" : read.error().text();
}

}  // namespace

TEST_CASE("a question, byte by byte") {
    const auto packet = encode_question({"Example.ORG.", Type::kCaa}, 0x1234);
    REQUIRE(packet.ok());
    CHECK(to_hex(*packet) == "123401000001000000000001" "076578616d706c65036f726700" "01010001" "00002904d0000000000000");
    const auto plain = encode_question({"example.org", Type::kA}, 1, false);
    REQUIRE(plain.ok());
    CHECK(to_hex(*plain) == "000101000001000000000000" "076578616d706c65036f726700" "00010001");
}

TEST_CASE("names that cannot be asked for") {
    for (const std::string& bad : std::vector<std::string>{"a..b", ".a", "a b", {"a\0b", 3}, "ex\xc3\xa4mple", "a/b"})
        CHECK_FALSE(encode_question({bad, Type::kA}, 1).ok());
    CHECK_FALSE(encode_question({std::string(64, 'a'), Type::kA}, 1).ok());
    CHECK(encode_question({std::string(63, 'a') + ".b", Type::kA}, 1).ok());
    std::string longest;
    for (int i = 0; i < 126; ++i) longest += "a.";
    CHECK(encode_question({longest + "b", Type::kA}, 1).ok());         // 255 bytes on the wire
    CHECK_FALSE(encode_question({longest + "bb", Type::kA}, 1).ok());
}

TEST_CASE("addresses") {
    auto a = decode(reply("example.org", 1, 2, record(kAsked, 1, kIp) + record(name("EXAMPLE.org"), 1, kIp)), "example.org", 1);
    REQUIRE(a.ok());
    CHECK(a->outcome == Outcome::kFound);
    CHECK(a->addresses == std::vector<std::string>{kIp, kIp});
    auto six = decode(reply("example.org", 28, 1, record(kAsked, 28, std::string(16, '\1'))), "Example.Org.", 28);
    REQUIRE(six.ok());
    CHECK(six->addresses == std::vector<std::string>{std::string(16, '\1')});
}

TEST_CASE("text and CAA") {
    auto text = decode(reply("example.org", 16, 1, record(kAsked, 16, std::string("\2ab\0\1c", 6))), "example.org", 16);
    REQUIRE(text.ok());
    CHECK(text->texts == std::vector<std::string>{"abc"});
    auto found = decode(reply("example.org", 257, 2, record(kAsked, 257, caa(0, "Issue", "ca.example")) + record(kAsked, 257, caa(128, "tbs", ""))),
                        "example.org", 257);
    REQUIRE(found.ok());
    REQUIRE(found->caa.size() == 2);
    CHECK(found->caa[0].tag == "issue");
    CHECK(found->caa[0].value == "ca.example");
    CHECK_FALSE(found->caa[0].critical);
    CHECK(found->caa[1].critical);
}

TEST_CASE("an alias leads on, in whatever order the records come") {
    const std::string first = record(kAsked, 5, name("b.example")), second = record(name("b.example"), 5, name("c.test"));
    const std::string address = record(name("c.test"), 1, kIp);
    for (const std::string& records : {first + second + address, address + second + first}) {
        auto read = decode(reply("example.org", 1, 3, records), "example.org", 1);
        REQUIRE(read.ok());
        CHECK(read->outcome == Outcome::kFound);
        CHECK(read->aliases == std::vector<std::string>{"b.example", "c.test"});
        CHECK(read->addresses.size() == 1);
    }
    auto asked = decode(reply("example.org", 5, 1, first), "example.org", 5);
    REQUIRE(asked.ok());
    CHECK(asked->aliases == std::vector<std::string>{"b.example"});
}

TEST_CASE("what nobody asked for is overlooked") {
    auto read = decode(reply("example.org", 1, 3, record(name("bank.example"), 1, kIp) + record(kAsked, 28, std::string(16, '\1')) +
                                                      record(kAsked, 1, kIp, 3)), "example.org", 1);
    REQUIRE(read.ok());
    CHECK(read->outcome == Outcome::kNoData);
    CHECK(read->addresses.empty());
    // in the additional section
    auto more = decode(header(kId, kAnswer, 1, 0, 1) + question("example.org", 1) + record(kAsked, 1, kIp), "example.org", 1);
    REQUIRE(more.ok());
    CHECK(more->outcome == Outcome::kNoData);
}

TEST_CASE("no such name, no such data, failures, and cut answers are told apart") {
    const auto outcome = [](unsigned flags) {
        auto read = decode(reply("example.org", 1, 0, "", flags), "example.org", 1);
        REQUIRE(read.ok());
        return read->outcome;
    };
    CHECK(outcome(0x8180) == Outcome::kNoData);
    CHECK(outcome(0x8183) == Outcome::kNoName);
    CHECK(outcome(0x8182) == Outcome::kFailed);
    CHECK(outcome(0x8185) == Outcome::kFailed);
    CHECK(outcome(0x8380) == Outcome::kTruncated);
    // cut in the middle of a record, and whatever the counts say
    auto cut = decode(header(kId, 0x8380, 1, 900) + question("example.org", 1) + "\xc0", "example.org", 1);
    REQUIRE(cut.ok());
    CHECK(cut->outcome == Outcome::kTruncated);
    // the name that an alias leads to is missing
    auto dead = decode(reply("example.org", 1, 1, record(kAsked, 5, name("b.example")), 0x8183), "example.org", 1);
    REQUIRE(dead.ok());
    CHECK(dead->outcome == Outcome::kNoName);
    // an old server sends a bare header back
    auto bare = decode(header(kId, 0x8181, 0, 0), "example.org", 1);
    REQUIRE(bare.ok());
    CHECK(bare->outcome == Outcome::kFailed);
    CHECK(bare->rcode == 1);
    // BADVERS: 16, whose upper bits stand in the OPT record
    const std::string opt = name("") + u16(41) + u16(1232) + u16(0x0100) + u16(0) + u16(0);
    auto badvers = decode(header(kId, 0x8180, 1, 0, 1) + question("example.org", 1) + opt, "example.org", 1);
    REQUIRE(badvers.ok());
    CHECK(badvers->outcome == Outcome::kFailed);
    CHECK(badvers->rcode == 16);
}

TEST_CASE("an alias of another class leads nowhere, and an rcode without a name is told by its number") {
    auto read = decode(reply("example.org", 1, 2, record(kAsked, 5, name("b.example"), 3) + record(name("b.example"), 1, kIp)), "example.org", 1);
    REQUIRE(read.ok());
    CHECK(read->outcome == Outcome::kNoData);
    CHECK(read->aliases.empty());
    CHECK(rcode_text(5) == "REFUSED");
    CHECK(rcode_text(16) == "rcode 16");
}

TEST_CASE("refused: what is not the answer to this question") {
    CHECK(fault(header(0x1235, kAnswer, 1, 0) + question("example.org", 1)) == "the answer has another id");
    CHECK(fault(header(kId, 0x0100, 1, 0) + question("example.org", 1)) == "the answer is none");
    CHECK(fault(header(kId, 0x8980, 1, 0) + question("example.org", 1)) == "the answer is none");
    CHECK(fault(reply("example.net", 1, 0, "")) == "the answer is to another question");
    CHECK(fault(reply("example.org", 28, 0, "")) == "the answer is to another question");
    CHECK(fault(header(kId, kAnswer, 1, 0) + name("example.org") + u16(1) + u16(3)) == "the answer is to another question");
    CHECK(fault(header(kId, kAnswer, 0, 0)) == "the answer has 0 questions");
    CHECK(fault(header(kId, kAnswer, 2, 0) + question("example.org", 1) + question("example.org", 1)) == "the answer has 2 questions");
}

TEST_CASE("refused: loops, pointers forward, rings of aliases") {
    CHECK(fault(header(kId, kAnswer, 1, 0) + pointer(12) + u16(1) + u16(1)) == "a name has a pointer that does not lead backwards");
    CHECK(fault(header(kId, kAnswer, 1, 0) + pointer(14) + u16(1) + u16(1) + name("a")) == "a name has a pointer that does not lead backwards");
    const auto end = static_cast<unsigned>(reply("example.org", 1, 0, "").size());
    CHECK(fault(reply("example.org", 1, 1, record(std::string("\1a") + pointer(end), 1, kIp))) ==
          "a name has a pointer that does not lead backwards");
    CHECK(fault(reply("example.org", 1, 1, record(pointer(end + 2), 1, kIp))) == "a name has a pointer that does not lead backwards");
    CHECK(fault(reply("example.org", 1, 1, record(kAsked, 5, kAsked))) ==
          "the answer has a chain of aliases that is too long or a ring");
    CHECK(fault(reply("example.org", 1, 2, record(kAsked, 5, name("b.c")) + record(name("b.c"), 5, kAsked))) ==
          "the answer has a chain of aliases that is too long or a ring");
}

TEST_CASE("refused: a ladder of pointers, each of them backwards") {
    std::string ladder, records;
    unsigned at = static_cast<unsigned>(reply("example.org", 1, 0, "").size()) + 11;  // behind the head of the first record
    for (int i = 0; i < 60; ++i, at += 4) ladder += std::string("\1a") + pointer(i == 0 ? 12 : at - 4);
    records = record(std::string(1, '\0'), 99, ladder) + record(pointer(at - 4), 1, kIp);
    CHECK(fault(reply("example.org", 1, 2, records)) == "a name has too many pointers");
}

TEST_CASE("refused: counts and sizes that are not true") {
    CHECK(fault(reply("example.org", 1, 65535, "")) == "the answer announces 65535 records");
    CHECK(fault(header(kId, kAnswer, 1, 0, 65535) + question("example.org", 1)) == "the answer announces 65535 records");
    CHECK(fault(reply("example.org", 1, 2, record(kAsked, 1, kIp))) == "a name runs out of the message");
    CHECK(fault(reply("example.org", 1, 1, record(kAsked, 1, kIp) + "x")) == "the answer goes on behind its last record");
    CHECK(fault(reply("example.org", 1, 1, record(kAsked, 1, kIp + "x"))) == "the answer has a malformed A record of example.org");
    CHECK(fault(reply("example.org", 1, 1, record(kAsked, 1, ""))) == "the answer has a malformed A record of example.org");
    CHECK(fault(reply("example.org", 1, 1, record(kAsked, 5, name("b.c") + "x"))) == "the answer has a malformed CNAME record of example.org");
    CHECK(fault(reply("example.org", 28, 1, record(kAsked, 28, kIp)), 28) == "the answer has a malformed AAAA record of example.org");
    for (const std::string text : {"", "\2a", "\1ab"})
        CHECK(fault(reply("example.org", 16, 1, record(kAsked, 16, text)), 16) == "the answer has a malformed TXT record of example.org");
    for (const std::string& data : {std::string(), caa(0, "", "x"), std::string("\0\5iss", 5), caa(0, "is-sue", "x"), std::string("\0\377issue", 7)})
        CHECK(fault(reply("example.org", 257, 1, record(kAsked, 257, data)), 257) == "the answer has a malformed CAA record of example.org");
    std::string much;
    for (int i = 0; i < 70; ++i) much += "\xff" + std::string(255, 'a');
    CHECK(fault(reply("example.org", 16, 1, record(kAsked, 16, much)), 16) == "the answer has more text than is taken");
}

TEST_CASE("refused: cut at any byte") {
    const std::string whole = reply("example.org", 257, 3, record(kAsked, 5, name("b.example")) + record(name("b.example"), 257, caa(0, "issue", "a.b")) +
                                                               record(pointer(12), 16, "\1a"));
    REQUIRE(decode(whole, "example.org", 257).ok());
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(decode(whole.substr(0, size), "example.org", 257).ok());
}

TEST_CASE("a name's bytes do not reach a terminal, and a dot in a label is none between labels") {
    std::size_t at = 0;
    const std::string wire = std::string("\3a.b\4\x1b[2J\0", 10);
    auto text = decode_name(wire, at);
    REQUIRE(text.ok());
    CHECK(*text == "a\\046b.\\027\\0912j");
    CHECK(at == wire.size());
    at = 0;
    CHECK_FALSE(decode_name(std::string("\x40" "a\0", 3), at).ok());
    at = 0;
    std::string long_name;
    for (int i = 0; i < 128; ++i) long_name += "\1a";
    CHECK_FALSE(decode_name(long_name + '\0', at).ok());
}
