// What a browser says of a request besides the request itself, and what may be believed of it. Pure. Used by the gate.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace postern::admin {

// The value of the first cookie of that name (RFC 6265 section 4.2.1); empty: there is none.
std::string_view cookie_of(const http::Request& request, std::string_view name);

// Whether the request comes from a page of this very listener: its Origin (RFC 6454 section 7) is https:// and what Host
// says, port included. Browsers send one with every POST, PUT and DELETE; a request without one comes from none, or hides it:
// false.
bool is_own_origin(const http::Request& request);

// Whether the browser itself says that another origin's page makes it ask (Fetch Metadata: Sec-Fetch-Site is cross-site or
// same-site). False without the field: not every browser has it, so it is a second lock beside is_own_origin().
bool is_from_elsewhere(const http::Request& request);

// Whether Content-Type says application/json, or a form (application/x-www-form-urlencoded); parameters count for nothing.
bool is_json(const http::Request& request);
bool is_form(const http::Request& request);

// The value of a field of a form body, decoded; nothing when it is not there, stands twice, or is encoded wrongly.
std::optional<std::string> form_value(std::string_view body, std::string_view name);

}  // namespace postern::admin
