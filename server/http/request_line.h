// What a request asks for, apart from how it travels: the method and the target of a request line (RFC 9112 section 3) or of
// its pseudo-header fields (RFC 9113 section 8.3.1). Used by the parsers of both.
#pragma once

#include <string_view>

#include "server/http/request_scratch.h"
#include "server/http/uri.h"

namespace postern::http {

Method method_of(std::string_view text);

// Sets target, path, query and what stands beside them in scratch.request, whose method is set already; views `text` and
// `scratch`. False for what is no target for this method.
bool apply_target(std::string_view text, RequestScratch& scratch, Target& target);

}  // namespace postern::http
