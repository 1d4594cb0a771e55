// A snapshot as Prometheus reads it: the text exposition format, version 0.0.4. Pure.
#pragma once

#include <string>
#include <string_view>

#include "firmware/metrics/snapshot.h"

namespace postern::metrics {

inline constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

// Each family once, with HELP and TYPE, and in the same order each time; one without samples is left out.
std::string to_text(const Snapshot& snapshot);

}  // namespace postern::metrics
