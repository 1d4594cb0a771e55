#include "acme/protocol/renewal_info.h"

#include "acme/protocol/url.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

Result<WallTime> date_at(const Json& window, std::string_view name) {
    auto text = window.text(name);
    if (!text) return Error::refuse("no " + std::string(name) + " in the suggestedWindow");
    auto seconds = from_rfc3339(*text);
    if (!seconds) return Error::refuse(std::string(name) + " is no date: " + printable(*text, 40));
    return WallTime(Seconds(*seconds));
}

}  // namespace

Result<RenewalInfo> renewal_info_from(const Json& json) {
    const Json* window = json.find("suggestedWindow");
    if (!window || !window->is_object()) return Error::refuse("no suggestedWindow in it");
    RenewalInfo info;
    TRY(info.start, date_at(*window, "start"));
    TRY(info.end, date_at(*window, "end"));
    if (info.end <= info.start) return Error::refuse("the suggestedWindow ends before it begins");
    const auto page = json.text("explanationURL").value_or("");
    if (parse_https_url(page)) info.explanation = printable(page, 200);
    return info;
}

std::string renewal_info_url(const std::string& base, const std::string& id) {
    return base + (has_suffix(base, "/") ? "" : "/") + id;
}

}  // namespace postern::acme
