#include "firmware/admin/session_api.h"

#include "firmware/admin/admin_page.h"
#include "firmware/admin/answer_slot.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/browser_check.h"
#include "firmware/admin/language.h"
#include "firmware/admin/request_json.h"
#include "server/base/json.h"
#include "server/base/text.h"

namespace postern::admin {

namespace {

using Outcome = Admitted::Outcome;

constexpr std::size_t kMostBody = 4096;  // two passwords of 512 bytes, each byte as %XX or \uXXXX

std::optional<std::vector<std::string>> members(std::string_view body, std::initializer_list<const char*> names) {
    return read_texts(body, names, kMostBody);
}

std::optional<std::vector<std::string>> form_members(std::string_view body, std::initializer_list<const char*> names) {
    if (body.size() > kMostBody) return std::nullopt;
    std::vector<std::string> values;
    for (const char* name : names) {
        auto value = form_value(body, name);
        if (!value) return std::nullopt;
        values.push_back(std::move(*value));
    }
    return values;
}

// How an answer is given: as the page of a form, in its language, or, without one, as JSON in English.
struct Manner {
    std::optional<Door> page;
    std::string_view language = "en";
    std::string token_file{};  // of the desk

    static Manner of(const http::Request& request, bool form, Door door, std::string token_file = {}) {
        return form ? Manner{door, language_of(request), std::move(token_file)} : Manner{};
    }
    const Words& words() const { return Words::in(language); }
    http::Response refuse(std::uint16_t status, std::string_view said) const {
        return page ? door_page(*page, status, said, language, token_file) : problem_answer(status, said);
    }
};

struct Refused {
    std::uint16_t status;
    std::string said;
};

// `wrong`: the key of what is said of a password or a token that is not the right one.
Refused refusal(const Admitted& admitted, std::string_view wrong, const Words& words) {
    switch (admitted.outcome) {
        case Outcome::kWrong: return {401, words.say(wrong)};
        case Outcome::kSlowly: return {429, words.say("door.slowly", {{"n", std::to_string(admitted.wait.count())}})};
        case Outcome::kBusy: return {503, words.say("door.busy")};
        case Outcome::kNotNow: return {409, words.say("door.not_now", {{"why", admitted.why}})};
        case Outcome::kUnfit: return {422, words.say("door.unfit", {{"why", admitted.why}})};
        case Outcome::kNotStored: return {503, words.say("door.not_stored", {{"why", admitted.why}})};
        case Outcome::kIn: break;
    }
    return {500, "This is a fault of the program."};
}

void add_wait(http::Response& response, const Admitted& admitted) {
    if (admitted.outcome == Outcome::kSlowly) response.fields.emplace_back("Retry-After", std::to_string(admitted.wait.count()));
    if (admitted.outcome == Outcome::kBusy) response.fields.emplace_back("Retry-After", "3");
}

http::Response answer_to(const Admitted& admitted, std::string_view wrong, const Manner& manner) {
    if (admitted.outcome != Outcome::kIn) {
        const Refused refused = refusal(admitted, wrong, manner.words());
        http::Response response = manner.refuse(refused.status, refused.said);
        add_wait(response, admitted);
        if (refused.status == 401) response.fields.emplace_back("WWW-Authenticate", "Session realm=\"admin\"");
        return response;
    }
    // the page's first start, if there is one: a page that has none knows no such part, and shows its status
    const std::string_view next = manner.page == Door::kSetup ? "/#start" : "/";
    http::Response response = manner.page ? see_other(next) : json_answer(200, result_json("ok"));
    if (admitted.opened) response.fields.emplace_back("Set-Cookie", session_cookie(admitted.opened->token.view()));
    return response;
}

// Begins what ends on another thread.
template <typename Begin>
http::Response awaited(const http::Context& context, std::string_view wrong, const Manner& manner, Begin begin) {
    if (context.waker == nullptr) return manner.refuse(503, manner.words().say("door.busy"));
    http::Response response;
    auto slot = AnswerSlot::make(*context.waker, response);
    begin([slot, wrong, manner](const Admitted& admitted) { slot->put(answer_to(admitted, wrong, manner)); });
    return response;
}

http::Response misread(std::string_view wanted) {
    return problem_answer(400, "The body is not a JSON object with exactly these texts: " + std::string(wanted) + ".");
}

constexpr std::string_view kWrongPassword = "door.wrong_password";
constexpr std::string_view kWrongToken = "door.wrong_token";

}  // namespace

std::string session_cookie(std::string_view token) {
    std::string text(kSessionCookie);
    return text.append("=").append(token).append("; Path=/; Secure; HttpOnly; SameSite=Strict");
}

http::Response SessionApi::log_in(const http::Request& request, const http::Context& context, bool form) {
    auto texts = form ? form_members(request.body, {"password"}) : members(request.body, {"password"});
    const Manner manner = Manner::of(request, form, Door::kLogin);
    if (!texts) return form ? manner.refuse(400, manner.words().say("door.damaged")) : misread("password");
    return awaited(context, kWrongPassword, manner, [&](const AccessDesk::Done& done) {
        desk_.log_in(context.peer, std::string(cookie_of(request, kSessionCookie)), Secret(std::move(texts->front())), done);
    });
}

http::Response SessionApi::confirm(const http::Request& request, const http::Context& context) {
    auto texts = members(request.body, {"password"});
    if (!texts) return misread("password");
    return awaited(context, kWrongPassword, Manner{}, [&](const AccessDesk::Done& done) {
        desk_.confirm(context.peer, std::string(cookie_of(request, kSessionCookie)), Secret(std::move(texts->front())), done);
    });
}

http::Response SessionApi::log_out(const http::Request& request, bool form) {
    desk_.log_out(cookie_of(request, kSessionCookie));
    http::Response response = form ? see_other("/login") : json_answer(200, result_json("logged out"));
    response.fields.emplace_back("Set-Cookie", session_cookie("") + "; Max-Age=0");
    response.fields.emplace_back("Clear-Site-Data", "\"cache\"");
    return response;
}

http::Response SessionApi::show(const access::Session& session) {
    JsonObject json;
    json.add("id", session.id).add("peer", session.peer).add("since", to_rfc3339(session.since.time_since_epoch().count()));
    return json_answer(200, json.flag("confirmed", session.confirmed).done());
}

http::Response SessionApi::set_up(const http::Request& request, const http::Context& context, bool form) {
    auto texts = form ? form_members(request.body, {"token", "password"}) : members(request.body, {"token", "password"});
    const Manner manner = Manner::of(request, form, Door::kSetup, desk_.token_file());
    if (!texts) return form ? manner.refuse(400, manner.words().say("door.damaged")) : misread("token, password");
    if (form && form_value(request.body, "again") != texts->back()) return manner.refuse(422, manner.words().say("door.different"));
    return awaited(context, kWrongToken, manner, [&](const AccessDesk::Done& done) {
        desk_.set_up(context.peer, texts->front(), Secret(std::move(texts->back())), done);
    });
}

http::Response SessionApi::change(const http::Request& request, const http::Context& context, const access::Session& session) {
    auto texts = members(request.body, {"old", "new"});
    if (!texts) return misread("old, new");
    return awaited(context, kWrongPassword, Manner{}, [&](const AccessDesk::Done& done) {
        desk_.change(context.peer, session.id, Secret(std::move(texts->front())), Secret(std::move(texts->back())), done);
    });
}

http::Response SessionApi::replace(const http::Request& request, const http::Context& context) {
    auto texts = members(request.body, {"new"});
    if (!texts) return misread("new");
    return awaited(context, kWrongPassword, Manner{},
                   [&](const AccessDesk::Done& done) { desk_.replace(Secret(std::move(texts->front())), done); });
}

}  // namespace postern::admin
