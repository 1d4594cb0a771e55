// What a CA says when it refuses: problem documents (RFC 7807, RFC 9457; RFC 8555 section 6.7), read into a typed value,
// with advice in plain words. Anything else that stands where one should be (a gateway's HTML) becomes one too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/base/json.h"
#include "acme/protocol/transport.h"

namespace postern::acme {

struct CaProblem {
    std::string type;        // "rateLimited" of urn:ietf:params:acme:error:rateLimited; another URI whole; "" unknown
    std::string detail;      // printable, bounded
    std::string identifier;  // of a subproblem
    std::string link;        // a page for a human: `instance`, where it is https
    int status = 0;          // HTTP; 0 inside orders and challenges
    std::vector<CaProblem> sub;
};

CaProblem problem_from(const Json& object);         // lenient: what is missing stays empty
CaProblem problem_of(const HttpReply& reply);       // of any reply that is no success
std::string in_words(const CaProblem& problem);     // "rateLimited: too many ... (www.example.org: caa: ...; see https://...)"
std::string_view advice_for(std::string_view type); // what the owner can do; never empty

}  // namespace postern::acme
