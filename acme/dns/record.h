// One resource record of a DNS message (RFC 1035 section 4.1.3) and what its data say. For acme/dns/message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acme/dns/message.h"

namespace postern::acme::dns {

struct Record {
    std::string owner;
    unsigned type = 0, kind = 0;  // kind: the class
    std::uint32_t ttl = 0;
    std::size_t data = 0, size = 0;  // where in the message; inside of it
};

// Precondition: two bytes are left at `at`, which is moved behind them.
unsigned read_16(std::string_view message, std::size_t& at);

// The record at `at`, which is moved behind it. kRefuse when it does not lie in the message whole.
Result<Record> read_record(std::string_view message, std::size_t& at);

// The target of a CNAME record.
Result<std::string> alias_of(std::string_view message, const Record& record);

// Puts what the record says into `reply`. kRefuse when its data are not those of its type, to the last byte.
Result<void> take_record(std::string_view message, const Record& record, Reply& reply);

}  // namespace postern::acme::dns
