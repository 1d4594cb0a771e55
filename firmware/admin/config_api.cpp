#include "firmware/admin/config_api.h"

#include "firmware/admin/answers.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/file_answers.h"
#include "firmware/admin/request_json.h"
#include "firmware/admin/session_api.h"
#include "firmware/admin/support_bundle.h"
#include "firmware/config/guarded_keys.h"
#include "server/base/json.h"

namespace postern::admin {

namespace {

using config::Saved;
using Outcome = Saved::Outcome;

constexpr std::string_view kPath = "/api/v1/config", kCheck = "/api/v1/config/check", kPrevious = "/api/v1/config/previous",
                           kBundle = "/api/v1/support-bundle";

// The text of {"text":TEXT}; nothing for anything else.
std::optional<std::string> text_in(std::string_view body) {
    auto texts = read_texts(body, {"text"}, body.size());  // the listener bounds what it takes
    return texts ? std::optional<std::string>(std::move(texts->front())) : std::nullopt;
}

http::Response misread() { return problem_answer(400, "The body is not a JSON object with exactly one text: text."); }

http::Response shown(const config::Editor& editor) {
    const auto now = editor.read();
    if (!now) return failure_answer(now.error());
    JsonObject json;
    json.add("file", editor.path()).add("text", now->text).add("etag", now->etag).add("why_kept", now->why_kept);
    auto response = json_answer(200, json.flag("has_previous", now->has_previous).done());
    response.fields.emplace_back("ETag", now->etag);
    return response;
}

http::Response bundle(const Control& control, const config::Editor& editor, WallTime now) {
    auto response = text_answer(support_bundle(control, editor, now, POSTERN_VERSION));
    response.fields.emplace_back("Content-Disposition", "attachment; filename=\"postern-support.txt\"");
    return response;
}

}  // namespace

http::Response ConfigApi::change(const http::Request& request, const http::Context& context, const access::Session& session, bool back) {
    const std::string etag(request.field("if-match"));
    if (etag.empty()) return problem_answer(428, "If-Match is missing: the ETag of the text that was changed.");
    std::string text;
    if (!back) {
        auto given = text_in(request.body);
        if (!given) return misread();
        text = std::move(*given);
    }
    return answer_later(office_, context, [parts = parts_, etag, text, back, session] { return save(parts, etag, text, back, session); });
}

http::Response ConfigApi::save(const Parts& parts, const std::string& etag, const std::string& text, bool back, const access::Session& who) {
    const std::string wished = back ? parts.editor.previous().value_or("") : text;
    if (auto refusal = guarded_change(parts.editor, etag, wished, who)) {
        parts.desk.note(who, "config", parts.editor.path(), refusal->status == 403 ? "password wanted" : "refused");
        return std::move(*refusal);
    }
    const auto before = parts.editor.read();
    const bool new_password = who.confirmed && before && before->etag == etag && config::password_keys_differ(before->text, wished);
    const Saved saved = back ? parts.editor.take_back(etag) : parts.editor.save(text, etag);
    const bool ok = saved.outcome == Outcome::kSaved;
    parts.desk.note(who, "config", parts.editor.path(), ok ? back ? "taken back" : "saved" : "refused");
    if (!ok) return not_saved(saved);
    const bool was_in = parts.desk.is_open(who);
    const auto reloaded = parts.control.reload({});
    const std::string said = reloaded ? *reloaded : "Saved, but the running server goes on as it was: " + reloaded.error().text();
    auto response = json_answer(200, JsonObject().add("etag", saved.now.etag).add("result", said).flag("in_force", reloaded.ok()).done());
    response.fields.emplace_back("ETag", saved.now.etag);
    // Another password_hash has ended all sessions: who wrote it goes on, as after POST /api/v1/password. Not who happened to
    // save something else while the session was ended for a reason of its own.
    if (new_password && was_in && !parts.desk.is_open(who))
        response.fields.emplace_back("Set-Cookie", session_cookie(parts.desk.sessions().open(who.peer).token.view()));
    return response;
}

std::optional<http::Response> ConfigApi::handle(const http::Request& request, const http::Context& context, const access::Session& session) {
    using http::Method;
    const bool reads = request.method == Method::kGet || request.method == Method::kHead;
    if (request.path == kPath) {
        if (reads) return answer_later(office_, context, [&editor = parts_.editor] { return shown(editor); });
        return request.method == Method::kPut ? change(request, context, session, false) : wrong_method("GET, HEAD, PUT");
    }
    if (request.path == kBundle) {
        if (!reads) return wrong_method("GET, HEAD");
        return answer_later(office_, context, [parts = parts_, now = context.wall] { return bundle(parts.control, parts.editor, now); });
    }
    if (request.path != kCheck && request.path != kPrevious) return std::nullopt;
    if (request.method != Method::kPost) return wrong_method("POST");
    if (request.path == kPrevious) return change(request, context, session, true);
    auto text = text_in(request.body);
    if (!text) return misread();
    return answer_later(office_, context, [&editor = parts_.editor, text = std::move(*text)] {
        return json_answer(200, JsonObject().add_raw("faults", faults_json(editor.check(text))).done());
    });
}

}  // namespace postern::admin
