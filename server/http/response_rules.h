// What of a response is sent, apart from how (RFC 9110 sections 6.4 and 8.6). Used by the writers of both protocols.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/message.h"

namespace postern::http {

// HEAD has none, nor have 204 and 304.
bool has_body(const Response& response, bool head_only);

// Whatever of the body lies in memory.
std::string_view body_in_memory(const Response& response);

// Bytes of body that go out with it; 0 of a live one.
std::uint64_t body_size(const Response& response, bool head_only);

// The Content-Length to be said, if any: of a prebuilt response its own lines say it.
std::optional<std::uint64_t> length_to_tell(const Response& response, bool head_only, bool live);

// Of a response with a Later, which has been taken out of it: what it views may change before the answer is there.
void keep_promise(Response& promised);

// `promised`, kept, said beforehand what stands in `answer` besides.
void add_promised(Response& answer, Response& promised);

// A value with a line break in it would be a second response. Ours never are; should one be, the field is left out.
bool may_stand(std::string_view value);

}  // namespace postern::http
