// GET /api/v1/pull/RECEIVER/CERTIFICATE of the admin listener: for a program that brings the pull_token of [deploy RECEIVER].
// No session opens it: a browser has no use for a private key.
#pragma once

#include <functional>

#include "firmware/sharing/pull_desk.h"
#include "server/http/handler.h"

namespace postern::admin {

inline constexpr std::string_view kPullPath = "/api/v1/pull/";

using Pull = std::function<sharing::Pulled(const sharing::PullOrder&)>;  // on the loop's thread

// The answer to a request for what is below kPullPath: 200 with an ETag, 304 where If-None-Match names that, 401, 404, 405, 409.
http::Response pull_answer(const http::Request& request, const http::Context& context, const Pull& pull);

}  // namespace postern::admin
