// GET /metrics of the admin listener: for who is logged in, and for a program that brings the token (RFC 6750).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/base/secret.h"
#include "server/http/message.h"

namespace postern::admin {

inline constexpr std::string_view kMetricsPath = "/metrics";

struct MetricsOptions {
    std::function<std::string()> text{};           // in Prometheus's format, on the loop's thread; none: 404
    std::shared_ptr<const Secret> token = nullptr; // null: for who is logged in alone
};

// The answer to a request for kMetricsPath: 200, 401, 404 or 405.
http::Response metrics_answer(const http::Request& request, const MetricsOptions& options, bool logged_in);

}  // namespace postern::admin
