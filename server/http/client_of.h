// Who asks, where proxies that are trusted stand between him and us. Pure.
#pragma once

#include <string_view>

#include "server/http/handler.h"

namespace postern::http {

// The peer itself, unless it is a trusted proxy: then the last address of X-Forwarded-For that is of no such proxy, for what
// stands before that one anybody may have written; the first, where all of them are proxies. An entry that is no address
// ends the search: who wrote the one behind it is the last that is known. Views the peer or the request's field.
std::string_view client_of(const Request& request, const Context& context);

}  // namespace postern::http
