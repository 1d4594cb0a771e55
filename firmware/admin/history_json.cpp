#include "firmware/admin/history_json.h"

#include "server/base/json.h"

namespace postern::admin {

std::optional<metrics::Span> read_span(std::string_view query) {
    if (query.empty() || query == "span=hour") return metrics::Span::kHour;
    if (query == "span=day") return metrics::Span::kDay;
    return std::nullopt;
}

std::string history_json(const metrics::Series& series) {
    const auto list = [](const auto& counts) { return json_list(counts, [](auto count) { return std::to_string(count); }); };
    return JsonObject()
        .number("step_s", series.step.count())
        .add_raw("requests", list(series.requests))
        .add_raw("handshakes", list(series.handshakes))
        .add_raw("connections", list(series.connections))
        .add_raw("errors", list(series.errors))
        .done();
}

}  // namespace postern::admin
