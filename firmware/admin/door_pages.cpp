// The pages in front of the door: login, set-up, and why it stays closed.
#include <algorithm>

#include "firmware/admin/admin_page.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/html_template.h"
#include "firmware/admin/language.h"
#include "firmware/admin/metrics_door.h"
#include "server/base/text.h"
#include "www/assets.h"

namespace postern::admin {
namespace {

bool wants_page(const http::Request& request) {
    if (is_api_path(request.path) || request.path == kMetricsPath) return false;
    return std::any_of(request.fields.begin(), request.fields.end(), [](const http::FieldView& field) {
        const auto types = split(field.value, ',');
        return equal_no_case(field.name, "accept") && std::any_of(types.begin(), types.end(), [](std::string_view type) {
            return equal_no_case(trim(type.substr(0, type.find(';'))), "text/html");
        });
    });
}

}  // namespace

http::Response door_page(Door door, std::uint16_t status, std::string_view said, std::string_view language) {
    const auto* layout = www::find(door == Door::kLogin ? "admin/login.html" : "admin/setup.html");
    if (layout == nullptr) return problem_answer(500, "A page is missing from this program.");
    const Words& words = Words::in(language);
    Values values;
    values.flag("has_said", !said.empty());
    values.texts["said"] = said;
    values.texts["language"] = words.language();
    return html_answer(status, fill(layout->data, values, words.source()));
}

http::Response refusal(const http::Request& request, std::uint16_t status, std::string_view said) {
    const auto* layout = www::find("admin/refused.html");
    if (layout == nullptr || !wants_page(request)) return problem_answer(status, Words::in("en").say(said));
    const Words& words = Words::in(language_of(request));
    Values values;
    values.flag("inside", status == 404);  // others get no style either
    values.texts["said"] = words.say(said);
    values.texts["status"] = std::to_string(status) + " " + std::string(http::reason_of(status));
    values.texts["language"] = words.language();
    return html_answer(status, fill(layout->data, values, words.source()));
}

}  // namespace postern::admin
