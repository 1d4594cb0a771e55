// What compression on the way changes in an answer's fields, and which answers it leaves alone (RFC 9110 sections 8.4 and 12.5).
// Pure: an answer in, an answer out. Used by packed_answers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.h"

namespace postern::site {

struct PackRules {
    std::size_t least = 1024;        // bytes; one whose length is not known may be of any
    std::vector<std::string> types;  // "text/html", "text/*", "*+xml"
};

// Whether a Cache-Control says no-transform, which binds us in a request as in an answer (RFC 9111 sections 5.2.1.6 and 5.2.2.6).
bool forbids_change(std::string_view cache_control);

// Whether an answer to GET or HEAD, whose fields are all in own_lines, is compressed for those who take that: a 200 of such a
// type, not coded yet, no part, and none whose server forbids it (no-transform). Events (text/event-stream) are not: who sends
// them wants them to go out one by one.
bool may_be_packed(const http::Response& response, const PackRules& rules);

// Of a 304, which mostly tells no type: whether what it speaks of may have been compressed here.
bool may_have_been_packed(const http::Response& response, const PackRules& rules);

// That others get other bytes, where it does not say so already: in whatever form it goes out.
void tell_varies(std::string& lines);

// Leaves out what is true of the bytes that came only, and makes a strong tag a weak one, for it names them. Repr-Digest too
// is of the bytes with their coding (RFC 9530 section 3).
void drop_what_was_of_the_bytes(std::string& lines);
inline constexpr std::string_view kPackedLine = "Content-Encoding: gzip\r\n";

// Whether the client that sent this If-None-Match has what the 304 with these lines speaks of by its weak tag alone: from us, then.
bool knows_weak_tag(std::string_view lines, std::string_view if_none_match);

}  // namespace postern::site
