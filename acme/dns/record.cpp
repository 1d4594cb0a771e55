#include "acme/dns/record.h"

#include <algorithm>

#include "acme/dns/limits.h"
#include "acme/dns/name.h"
#include "server/base/text.h"

namespace postern::acme::dns {

namespace {

constexpr std::size_t kFixed = 10;  // type, class, TTL, size
constexpr unsigned char kCritical = 0x80;

Error malformed(const Record& record, std::string_view type) {
    return Error::refuse("the answer has a malformed " + std::string(type) + " record of " + printable(record.owner));
}

unsigned char byte(char c) { return static_cast<unsigned char>(c); }

// RFC 1035 section 3.3.14: one or more strings, each with its length before it.
Result<void> take_text(std::string_view data, const Record& record, Reply& reply) {
    std::string joined;
    if (data.empty()) return malformed(record, "TXT");
    while (!data.empty()) {
        const std::size_t size = byte(data.front());
        if (size >= data.size()) return malformed(record, "TXT");
        joined += data.substr(1, size);
        data.remove_prefix(size + 1);
    }
    std::size_t kept = joined.size();
    for (const std::string& text : reply.texts) kept += text.size();
    if (kept > limits::kDnsTexts) return Error::refuse("the answer has more text than is taken");
    reply.texts.push_back(std::move(joined));
    return {};
}

// RFC 8659 section 4.1: flags, length of the tag, tag, value.
Result<void> take_caa(std::string_view data, const Record& record, Reply& reply) {
    if (data.size() < 3) return malformed(record, "CAA");
    const std::size_t size = byte(data[1]);
    if (size == 0 || size > data.size() - 2) return malformed(record, "CAA");
    const std::string_view tag = data.substr(2, size);
    if (!std::all_of(tag.begin(), tag.end(), [](char c) { return is_alpha(c) || is_digit(c); })) return malformed(record, "CAA");
    reply.caa.push_back({(byte(data[0]) & kCritical) != 0, lower(tag), std::string(data.substr(2 + size))});
    return {};
}

Result<void> take_address(std::string_view data, const Record& record, std::size_t size, Reply& reply) {
    if (data.size() != size) return malformed(record, size == 4 ? "A" : "AAAA");
    reply.addresses.emplace_back(data);
    return {};
}

}  // namespace

unsigned read_16(std::string_view message, std::size_t& at) {
    const unsigned value = unsigned{byte(message[at])} << 8 | byte(message[at + 1]);
    at += 2;
    return value;
}

Result<Record> read_record(std::string_view message, std::size_t& at) {
    Record record;
    TRY(record.owner, decode_name(message, at));
    if (message.size() - at < kFixed) return Error::refuse("the answer ends in a record");
    record.type = read_16(message, at);
    record.kind = read_16(message, at);
    record.ttl = std::uint32_t{read_16(message, at)} << 16;
    record.ttl |= read_16(message, at);
    record.size = read_16(message, at);
    record.data = at;
    if (record.size > message.size() - at) return Error::refuse("the answer ends in a record");
    at += record.size;
    return record;
}

Result<std::string> alias_of(std::string_view message, const Record& record) {
    std::size_t at = record.data;
    TRY(std::string name, decode_name(message, at));
    if (at != record.data + record.size) return malformed(record, "CNAME");
    return name;
}

Result<void> take_record(std::string_view message, const Record& record, Reply& reply) {
    const std::string_view data = message.substr(record.data, record.size);
    switch (static_cast<Type>(record.type)) {
        case Type::kA: return take_address(data, record, 4, reply);
        case Type::kAaaa: return take_address(data, record, 16, reply);
        case Type::kTxt: return take_text(data, record, reply);
        case Type::kCaa: return take_caa(data, record, reply);
        case Type::kCname: {
            TRY(std::string alias, alias_of(message, record));
            reply.aliases.push_back(std::move(alias));
            return {};
        }
    }
    return {};
}

}  // namespace postern::acme::dns
