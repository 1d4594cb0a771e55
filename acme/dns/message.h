// DNS messages: one question out, its answer in (RFC 1035, RFC 3596 AAAA, RFC 6891 EDNS0, RFC 8659 CAA). Pure: bytes and
// values, no socket, no clock. Used by the resolver; every byte of an answer is a stranger's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern::acme::dns {

enum class Type : std::uint16_t { kA = 1, kCname = 5, kTxt = 16, kAaaa = 28, kCaa = 257 };

std::string_view name_of(Type type);  // "AAAA"

struct Question {
    std::string name;  // see name.h
    Type type = Type::kA;
};

// A CAA property (RFC 8659 section 4.1); tag of ASCII letters and digits in lower case, value of any bytes.
struct CaaRecord {
    bool critical = false;
    std::string tag, value;
};

struct Reply {
    enum class Outcome : unsigned char {
        kFound,      // there are records of the asked type
        kNoData,     // the name is there, this type is not (RFC 2308 section 2.2)
        kNoName,     // NXDOMAIN: of the name, or of the last of its aliases
        kTruncated,  // TC: to be asked again over TCP; nothing else of it was read
        kFailed,     // any other RCODE
    };
    Outcome outcome = Outcome::kNoData;
    int rcode = 0;                       // with its EDNS0 part
    std::vector<std::string> aliases;    // the CNAME chain, in its order, without the asked name
    std::vector<std::string> addresses;  // of A and AAAA: 4 or 16 bytes each
    std::vector<std::string> texts;      // of TXT: the strings of each record joined
    std::vector<CaaRecord> caa;
};

std::string rcode_text(int rcode);  // "SERVFAIL", "REFUSED", "rcode 11"

// RD set, class IN, with EDNS0 of limits::kDnsUdp bytes unless the server has turned out not to know it. kAdmin when the
// name is none.
Result<std::string> encode_question(const Question& question, std::uint16_t id, bool edns = true);

// kRefuse, with the reason, for everything that is not the well-formed answer to this question under this id. Records of
// other names than the asked one and its aliases are overlooked, whatever section they stand in: nobody vouches for them.
Result<Reply> decode_reply(std::string_view message, const Question& question, std::uint16_t id);

}  // namespace postern::acme::dns
