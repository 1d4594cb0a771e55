// The answers of the admin listener: JSON, problem documents and the fields that keep browsers from doing more with an
// answer than showing it. Used by the API and the page.
#pragma once

#include <string>
#include <string_view>

#include "server/base/json.h"
#include "server/base/result.h"
#include "server/http/message.h"

namespace postern::admin {

// Of what is data and no page: opened as one, it runs, loads and frames nothing.
inline constexpr std::string_view kDataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool is_api_path(std::string_view path);  // whatever is there

// Cache-Control: no-store, nosniff, same-origin for others who would embed it, and the two policies.
void add_guard_fields(http::Response& response, std::string_view referrer_policy = "no-referrer",
                      std::string_view content_policy = kDataPolicy);

http::Response json_answer(std::uint16_t status, std::string json);
http::Response text_answer(std::string text);  // 200, UTF-8

// 303: whatever it was, look there now.
http::Response see_other(std::string_view where);

// A problem document (RFC 9457) of type about:blank: `status` says what kind, `detail` what happened and what to do.
// `more`: members that others have not (section 3.2).
http::Response problem_answer(std::uint16_t status, std::string_view detail, JsonObject more = {});
// 403: `because`, the password is to be typed again before this is done.
http::Response password_wanted(std::string_view because);
// What HTTP itself refuses (http::Refusal): a problem document below /api/, the short page elsewhere.
http::Response refused_by_http(std::uint16_t status, std::string_view path);
// 405 with the Allow field that RFC 9110 section 15.5.6 asks for.
http::Response wrong_method(std::string_view allowed);
// By what the caller should do: 503 (again later), 400 (refused), 409 (the owner must mend it), 500 (our bug).
http::Response failure_answer(const Error& error);

}  // namespace postern::admin
