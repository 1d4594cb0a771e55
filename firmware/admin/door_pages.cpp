// The two pages in front of the door: login and set-up.
#include "firmware/admin/admin_page.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/html_template.h"
#include "firmware/admin/language.h"
#include "www/assets.h"

namespace postern::admin {

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

}  // namespace postern::admin
