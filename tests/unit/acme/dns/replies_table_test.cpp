// Answers by an encoder that shares nothing with ours (tests/tools/dns_table.py), and what must be read from them.
#include <doctest.h>

#include <map>

#include "server/base/files.h"
#include "server/base/text.h"
#include "tests/unit/acme/dns/packets.h"

using namespace postern;
using namespace postern::acme::dns;

namespace {

const std::map<std::string, Type, std::less<>> kTypes = {{"A", Type::kA}, {"AAAA", Type::kAaaa}, {"TXT", Type::kTxt}, {"CAA", Type::kCaa}};

std::string words_of(const Reply& reply) {
    constexpr const char* kOutcomes[] = {"found", "no-data", "no-name", "truncated", "failed"};
    std::string words = kOutcomes[static_cast<int>(reply.outcome)];
    for (const std::string& alias : reply.aliases) words += " alias=" + alias;
    for (const std::string& ip : reply.addresses) words += " ip=" + to_hex(ip);
    for (const std::string& text : reply.texts) words += " text=" + to_hex(text);
    for (const CaaRecord& caa : reply.caa) words += " caa=" + std::to_string(caa.critical ? 1 : 0) + ":" + caa.tag + ":" + to_hex(caa.value);
    return words;
}

}  // namespace

TEST_CASE("every answer of the table is read as its maker meant it, and none of its beginnings") {
    SystemFiles files;
    const auto table = files.read("tests/tables/dns_replies.txt", 1u << 20);
    REQUIRE(table.ok());
    int rows = 0;
    for (const std::string_view line : split(*table, '\n')) {
        if (line.empty() || line.front() == '#') continue;
        const auto fields = split(line, ' ');
        REQUIRE(fields.size() >= 4);
        const auto message = from_hex(fields[2]);
        const auto type = kTypes.find(fields[1]);
        REQUIRE((message && type != kTypes.end()));
        const Question question{std::string(fields[0]), type->second};
        const auto reply = decode_reply(*message, question, packets::kId);
        REQUIRE_MESSAGE(reply.ok(), line);
        CHECK(words_of(*reply) == line.substr(static_cast<std::size_t>(fields[3].data() - line.data())));
        for (std::size_t size = 0; size < message->size(); ++size)
            if (decode_reply(message->substr(0, size), question, packets::kId).ok()) FAIL("taken although cut: " << line);
        ++rows;
    }
    CHECK(rows > 100);
}
