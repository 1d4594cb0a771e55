#include "firmware/admin/file_answers.h"

#include "firmware/admin/answer_slot.h"
#include "firmware/admin/answers.h"
#include "firmware/config/guarded_keys.h"

namespace postern::admin {

http::Response answer_later(BackOffice& office, const http::Context& context, std::function<http::Response()> work) {
    http::Response response;
    if (context.waker == nullptr) return problem_answer(503, "Nobody can wait here.");
    auto slot = AnswerSlot::make(*context.waker, response);
    if (office.put([slot, work = std::move(work)] { slot->put(work()); })) return response;
    return problem_answer(503, "The device is busy; try again in a moment.");
}

std::string faults_json(const std::vector<config::Fault>& faults) {
    return json_list(faults, [](const config::Fault& fault) {
        return JsonObject().number("line", fault.line).add("section", fault.section).add("key", fault.key).add("text", fault.text).done();
    });
}

http::Response faulty_answer(std::string_view detail, const std::vector<config::Fault>& faults) {
    return problem_answer(422, detail, JsonObject().add_raw("faults", faults_json(faults)));
}

std::optional<http::Response> guarded_change(const config::Editor& editor, const std::string& etag, const std::string& text, const access::Session& who) {
    if (who.confirmed) return std::nullopt;
    const auto now = editor.read();
    if (!now) return failure_answer(now.error());
    // What would be refused by saving is refused here, by the text that was judged: saving reads the file once more.
    config::Saved refused{.outcome = config::Saved::Outcome::kStale, .now = *now, .faults = {}, .why = now->why_kept};
    if (now->etag != etag) return not_saved(refused);
    if (!config::guarded_keys_differ(now->text, text)) return std::nullopt;
    refused.outcome = config::Saved::Outcome::kKept;
    if (!now->why_kept.empty()) return not_saved(refused);
    refused.outcome = config::Saved::Outcome::kFaulty;
    refused.faults = editor.check(text);
    if (!refused.faults.empty()) return not_saved(refused);
    return password_wanted("This changes who gets in, who signs or what is run");
}

http::Response not_saved(const config::Saved& saved) {
    using Outcome = config::Saved::Outcome;
    switch (saved.outcome) {
        case Outcome::kStale:
            return problem_answer(412, "Somebody else has changed the file meanwhile; nothing was saved.",
                                JsonObject().add("text", saved.now.text).add("etag", saved.now.etag));
        case Outcome::kFaulty: return faulty_answer("The text has faults; nothing was saved.", saved.faults);
        case Outcome::kKept: return problem_answer(409, "It cannot be saved here: " + saved.why + ".");
        case Outcome::kFailed: return problem_answer(503, "Nothing was saved: " + saved.why + ".");
        case Outcome::kSaved: break;
    }
    return problem_answer(500, "This is a fault of the program.");
}

}  // namespace postern::admin
