// The pages in front of the door: login, set-up, and why it stays closed.
#include <algorithm>

#include "firmware/admin/admin_page.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/language.h"
#include "firmware/admin/metrics_door.h"
#include "server/base/text.h"

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

http::Response door_page(Door door, std::uint16_t status, std::string_view said, std::string_view language,
                         std::string_view token_file) {
    const bool is_login = door == Door::kLogin;
    const Words& words = Words::in(language);
    Values values;
    values.flag("has_said", !said.empty());
    values.texts["said"] = said;
    values.texts["headline"] = words.say(is_login ? "door.login" : "door.setup");
    values.texts["where"] = token_file.empty() ? words.say("door.setup.configured") : words.say("door.setup.text", {{"file", token_file}});
    values.texts["action"] = is_login ? "/login" : "/setup";
    values.texts["go"] = words.say(is_login ? "door.login" : "door.set");
    values.texts["script"] = "door";
    for (const char* none : {"inside", "refused"}) values.flag(none, false);
    values.flag("login", is_login);
    values.flag("setup", !is_login);
    return html_answer(status, fill_page("admin/door.html", std::move(values), words));
}

http::Response door_page(Door door, const http::Request& request, std::string_view token_file) {
    http::Response response = door_page(door, 200, "", language_of(request), token_file);
    remember_language(response, request);
    return response;
}

http::Response refusal(const http::Request& request, std::uint16_t status, std::string_view said) {
    if (!wants_page(request)) return problem_answer(status, Words::in("en").say(said));
    const Words& words = Words::in(language_of(request));
    Values values;
    for (const char* none : {"inside", "login", "setup", "has_said"}) values.flag(none, false);
    values.flag("refused", true);
    values.flag("has_page", status == 404);
    values.texts["headline"] = words.say("refused");
    values.texts["refused"] = words.say(said);
    values.texts["status"] = std::to_string(status) + " " + std::string(http::reason_of(status));
    return html_answer(status, fill_page("admin/door.html", std::move(values), words));
}

}  // namespace postern::admin
