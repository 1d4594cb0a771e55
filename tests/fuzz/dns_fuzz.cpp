// Any bytes as a DNS answer, to the question that they claim to answer: refused, or a Reply within its limits whose words no
// terminal obeys. The CAA records of one are judged besides; the text of a resolv.conf must give servers that print as
// they are read.
#include <cstdint>
#include <cstdlib>

#include "acme/dns/caa.h"
#include "acme/dns/limits.h"
#include "acme/dns/name.h"

using namespace postern;
using namespace postern::acme::dns;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_plain(std::string_view text) {
    for (const char c : text)
        if (c < 0x20 || c > 0x7e) return false;
    return true;
}

// The question in the message, so that more than the wrong question is reached.
Question question_in(std::string_view message) {
    Question question{"example.org", Type::kCaa};
    if (message.size() < 12) return question;
    std::size_t at = 12;
    if (auto name = decode_name(message, at)) question.name = *name;
    if (at + 1 < message.size()) {
        const unsigned type = unsigned{static_cast<unsigned char>(message[at])} << 8 | static_cast<unsigned char>(message[at + 1]);
        question.type = static_cast<Type>(type);
    }
    return question;
}

void check_caa(const Reply& reply) {
    for (const char* name : {"www.example.org", "*.example.org"}) {
        const CaaCase wanted{name, {"ca.example"}, "https://ca.example/acct/7", "http-01"};
        const CaaVerdict verdict = judge_caa(wanted, {"example.org", reply.caa});
        require(!verdict.why.empty() && verdict.found.size() == reply.caa.size());
        require(verdict.answer == CaaVerdict::Answer::kAllowed || !verdict.change.empty());
        for (const std::string& line : verdict.found) require(line.size() < 2000);
    }
}

void check_reply(const Reply& reply, const Question& question) {
    require(reply.aliases.size() <= limits::kDnsRecords);
    for (const std::string& alias : reply.aliases) require(is_plain(alias));
    for (const std::string& ip : reply.addresses) require(ip.size() == (question.type == Type::kA ? 4u : 16u));
    std::size_t text = 0;
    for (const std::string& each : reply.texts) text += each.size();
    require(text <= limits::kDnsTexts);
    const bool any = !reply.addresses.empty() || !reply.texts.empty() || !reply.caa.empty() || !reply.aliases.empty();
    const bool asked_of_ours = name_of(question.type) != "?";  // of another type nothing is kept
    require(reply.outcome != Reply::Outcome::kFound || any || !asked_of_ours);
    check_caa(reply);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message(reinterpret_cast<const char*>(data), size);
    const Question question = question_in(message);
    const std::uint16_t id = size < 2 ? 0 : static_cast<std::uint16_t>(data[0] << 8 | data[1]);
    if (auto reply = decode_reply(message, question, id)) check_reply(*reply, question);
    if (auto asked = encode_question(question, id)) {  // a name that can be asked for comes back as it was
        std::size_t at = 12;
        auto name = decode_name(*asked, at);
        require(name.ok() && *name == canonical_name(question.name));
    }
    for (const Server& server : parse_resolv_conf(message).servers) {
        auto again = parse_server(server.text());
        require(again.ok() && again->text() == server.text());
    }
    return 0;
}
