#include "acme/dns/message.h"

#include <algorithm>

#include "acme/dns/limits.h"
#include "acme/dns/name.h"
#include "acme/dns/record.h"
#include "server/base/text.h"

namespace postern::acme::dns {

namespace {

constexpr std::size_t kHeader = 12;                         // RFC 1035 section 4.1.1
constexpr unsigned kAnswerBit = 0x8000, kOpcode = 0x7800, kCutBit = 0x0200, kRecursion = 0x0100, kRcode = 0x000f;
constexpr unsigned kFormErr = 1, kNxDomain = 3, kNotImp = 4;
constexpr std::uint16_t kOptType = 41, kInternet = 1;

void append_16(std::string& out, unsigned value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value & 0xff);
}

Error malformed(std::string_view why) { return Error::refuse("the answer " + std::string(why)); }

struct Header {
    unsigned flags = 0, questions = 0, answers = 0, others = 0;
};

Result<Header> read_header(std::string_view message, std::uint16_t id) {
    if (message.size() < kHeader) return malformed("is shorter than a header");
    std::size_t at = 0;
    const auto next = [&] { return read_16(message, at); };
    if (next() != id) return malformed("has another id");
    Header header;
    header.flags = next();
    header.questions = next();
    header.answers = next();
    header.others = next();
    header.others += next();
    if ((header.flags & kAnswerBit) == 0 || (header.flags & kOpcode) != 0) return malformed("is none");
    return header;
}

// RFC 5452 section 9.1: the question comes back as it was asked, or the answer is not ours.
Result<void> match_question(std::string_view message, std::size_t& at, const Question& question) {
    TRY(const std::string name, decode_name(message, at));
    if (message.size() - at < 4) return malformed("ends in its question");
    const unsigned type = read_16(message, at);
    if (name != canonical_name(question.name) || type != static_cast<unsigned>(question.type) ||
        read_16(message, at) != kInternet)
        return malformed("is to another question");
    return {};
}

// The records of a message that is whole: its answers, and the RCODE bits that EDNS0 adds.
struct Records {
    std::vector<Record> answers;
    unsigned rcode_high = 0;
};

Result<Records> read_records(std::string_view message, std::size_t at, const Header& header) {
    const std::size_t count = header.answers + std::size_t{header.others};
    if (count > limits::kDnsRecords) return malformed("announces " + std::to_string(count) + " records");
    Records records;
    for (std::size_t i = 0; i < count; ++i) {
        TRY(Record record, read_record(message, at));
        if (i < header.answers) records.answers.push_back(std::move(record));
        else if (record.type == kOptType) records.rcode_high = record.ttl >> 24;  // RFC 6891 section 6.1.3
    }
    if (at != message.size()) return malformed("goes on behind its last record");
    return records;
}

// From the asked name along its aliases: they come in any order. Returns the last of them.
Result<std::string> follow_aliases(std::string_view message, const std::vector<Record>& answers, std::string name,
                                   std::vector<std::string>& aliases) {
    for (;;) {
        const auto at = std::find_if(answers.begin(), answers.end(), [&](const Record& each) {
            return each.owner == name && each.type == static_cast<unsigned>(Type::kCname) && each.kind == kInternet;
        });
        if (at == answers.end()) return name;
        if (aliases.size() == limits::kDnsAliases) return malformed("has a chain of aliases that is too long or a ring");
        TRY(name, alias_of(message, *at));
        aliases.push_back(name);
    }
}

Result<void> take_all(std::string_view message, const Question& question, const Records& records, Reply& reply) {
    std::string name = canonical_name(question.name);
    if (question.type != Type::kCname) {
        TRY(name, follow_aliases(message, records.answers, name, reply.aliases));
    }
    std::size_t found = 0;
    for (const Record& record : records.answers) {
        const bool wanted = record.owner == name && record.kind == kInternet && record.type == static_cast<unsigned>(question.type);
        if (!wanted) continue;
        TRY_VOID(take_record(message, record, reply));
        ++found;
    }
    if (reply.rcode != 0) return {};
    reply.outcome = found > 0 ? Reply::Outcome::kFound : Reply::Outcome::kNoData;
    return {};
}

}  // namespace

std::string_view name_of(Type type) {
    switch (type) {
        case Type::kA: return "A";
        case Type::kCname: return "CNAME";
        case Type::kTxt: return "TXT";
        case Type::kAaaa: return "AAAA";
        case Type::kCaa: return "CAA";
    }
    return "?";
}

std::string rcode_text(int rcode) {
    constexpr std::string_view kNames[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    const auto index = static_cast<std::size_t>(rcode);
    return index < std::size(kNames) ? std::string(kNames[index]) : "rcode " + std::to_string(rcode);
}

Result<std::string> encode_question(const Question& question, std::uint16_t id, bool edns) {
    TRY(const std::string name, encode_name(canonical_name(question.name)));
    std::string out;
    for (const unsigned field : {unsigned{id}, kRecursion, 1u, 0u, 0u, edns ? 1u : 0u}) append_16(out, field);
    out += name;
    append_16(out, static_cast<unsigned>(question.type));
    append_16(out, kInternet);
    if (!edns) return out;
    out += '\0';  // the root owns the OPT record; its class is our size, its TTL version 0 and no flags
    append_16(out, kOptType);
    append_16(out, limits::kDnsUdp);
    out.append(6, '\0');
    return out;
}

Result<Reply> decode_reply(std::string_view message, const Question& question, std::uint16_t id) {
    TRY(const Header header, read_header(message, id));
    const unsigned low = header.flags & kRcode;
    Reply reply;
    reply.rcode = static_cast<int>(low);
    // A server that understood nothing may send nothing back of it (RFC 6891 section 7).
    const bool puzzled = low == kFormErr || low == kNotImp;
    if (puzzled && header.questions == 0) {
        reply.outcome = Reply::Outcome::kFailed;
        return reply;
    }
    if (header.questions != 1) return malformed("has " + std::to_string(header.questions) + " questions");
    std::size_t at = kHeader;
    TRY_VOID(match_question(message, at, question));
    if ((header.flags & kCutBit) != 0) {  // may be cut anywhere (RFC 2181 section 9)
        reply.outcome = Reply::Outcome::kTruncated;
        return reply;
    }
    TRY(const Records records, read_records(message, at, header));
    reply.rcode = static_cast<int>(records.rcode_high << 4 | low);
    reply.outcome = reply.rcode == static_cast<int>(kNxDomain) ? Reply::Outcome::kNoName : Reply::Outcome::kFailed;
    TRY_VOID(take_all(message, question, records, reply));
    return reply;
}

}  // namespace postern::acme::dns
