// The answers of the admin listener: JSON, problem documents and the fields that keep browsers from doing more with an
// answer than showing it. Used by the API and the page.
#pragma once

#include <string>
#include <string_view>

#include "server/base/result.h"
#include "server/http/message.h"

namespace postern::admin {

// Cache-Control: no-store, nosniff, no-referrer, same-origin for others who would embed it.
void add_guard_fields(http::Response& response);

http::Response json_answer(std::uint16_t status, std::string json);

// A problem document (RFC 9457) of type about:blank: `status` says what kind, `detail` what happened and what to do.
http::Response problem_answer(std::uint16_t status, std::string_view detail);
// 405 with the Allow field that RFC 9110 section 15.5.6 asks for.
http::Response wrong_method(std::string_view allowed);
// By what the caller should do: 503 (again later), 400 (refused), 409 (the owner must mend it), 500 (our bug).
http::Response failure_answer(const Error& error);

}  // namespace postern::admin
