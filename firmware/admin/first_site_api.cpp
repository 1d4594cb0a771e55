#include "firmware/admin/first_site_api.h"

#include <algorithm>

#include "firmware/admin/answers.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/file_answers.h"
#include "firmware/admin/request_json.h"
#include "firmware/config/find_ca.h"
#include "server/base/json.h"

namespace postern::admin {

namespace {

using config::FirstEdit;
using config::FirstSite;
using Outcome = config::Saved::Outcome;

constexpr std::string_view kPath = "/api/v1/first-site", kCheck = "/api/v1/first-site/check";

// Whether a CA has ever signed something here: from then on the file is its owner's to change, line by line.
bool has_certificate(const Control& control) {
    const auto status = control.status();
    return status && std::any_of(status->certificates.begin(), status->certificates.end(), [](const acme::CertStatus& one) {
        return one.kind == "acme" && (one.rung == acme::Rung::kPublic || one.rung == acme::Rung::kPrevious);
    });
}

std::string ca_json(const FirstSite& first, const config::Editor& editor, const std::string& text) {
    const auto read = editor.read_as_file(text);
    const auto ca = read.config ? config::find_ca(*read.config, first.ca) : std::nullopt;
    JsonObject json;
    json.add("name", first.ca).add("directory", ca ? ca->directory_url : "").add("terms", config::terms_of(first.ca));
    return json.list("choices", config::choices_beside(first.ca)).done();
}

std::string change_json(const config::IniChange& change) {
    JsonObject json;
    json.number("line", change.line);
    if (change.was) json.add("was", *change.was);
    else json.null("was");
    return json.add("now", change.now).done();
}

// 409 with what the owner may write himself.
http::Response by_hand(const std::string& why, const FirstEdit& edit, const std::string& file) {
    const auto lines = [&](const FirstEdit::Lines& one) { return JsonObject().add("where", one.where + ", " + file).list("lines", one.lines).done(); };
    return problem_answer(409, "It cannot be saved here: " + why + ". The lines to write are below.",
                        JsonObject().add_raw("paste", json_list(edit.by_hand, lines)));
}

// 409 without any: it is not a matter of lines.
http::Response not_here(std::string_view why) { return problem_answer(409, why, JsonObject().add_raw("paste", "[]")); }

http::Response check(const http::Request& request) {
    if (request.method != http::Method::kPost) return wrong_method("POST");
    const auto given = read_names_request(request.body);
    if (!given) return problem_answer(400, "The body is not a JSON object with exactly one list of texts: names.");
    const auto read = config::read_first_names(*given);
    return json_answer(200, JsonObject().list("names", read.names).add_raw("faults", faults_json(read.faults)).done());
}

// What is wrong with what was sent, before the file is looked at.
std::vector<config::Fault> faults_of(const FirstRequest& asked, const config::FirstNames& read) {
    std::vector<config::Fault> faults = read.faults;
    const auto add = [&](const char* key, std::string text) { faults.push_back({{}, 0, "acme", key, std::move(text)}); };
    if (!asked.agree_tos) add("agree_tos", "the CA's terms of service must be agreed to: it gives no certificate without that");
    for (const std::string* text : {&asked.email, &asked.ca})
        if (text->find_first_of("\r\n") != text->npos) add(text == &asked.ca ? "ca" : "email", "is one line of text");
    if (!asked.ca.empty() && config::choices_beside(asked.ca).empty()) add("ca", "can be letsencrypt or letsencrypt-staging here; others are set in the configuration");
    return faults;
}

}  // namespace

http::Response FirstSiteApi::show(const Parts& parts) {
    const auto now = parts.editor.read();
    if (!now) return failure_answer(now.error());
    const FirstSite first = config::look_for_first_site(now->text);
    JsonObject json;
    json.flag("open", first.open && !has_certificate(parts.control)).flag("asks", first.asks).add("file", parts.editor.path());
    json.add("etag", now->etag).add("why_kept", now->why_kept).add("section", first.section).list("names", first.names);
    json.add("email", first.email).add_raw("ca", ca_json(first, parts.editor, now->text)).list("addresses", parts.control.public_addresses());
    auto response = json_answer(200, json.done());
    response.fields.emplace_back("ETag", now->etag);
    return response;
}

http::Response FirstSiteApi::write(const Parts& parts, const config::FirstWish& wish, const std::string& etag, const access::Session& who) {
    const auto now = parts.editor.read();
    if (!now) return not_here(now.error().text());
    if (!config::look_for_first_site(now->text).open || has_certificate(parts.control))
        return not_here("Certificates are asked for already: change the names in the configuration.");
    const FirstEdit edit = config::write_first_site(now->text, wish);
    if (auto refusal = guarded_change(parts.editor, etag, edit.text, who)) {
        parts.desk.note(who, "first-site", parts.editor.path(), "password wanted");
        return std::move(*refusal);
    }
    config::Saved saved;
    if (now->etag == etag) saved = parts.editor.save(edit.text, etag);
    else saved = {Outcome::kStale, *now, {}, {}};  // the lines were put into what is there now
    parts.desk.note(who, "first-site", parts.editor.path(), saved.outcome == Outcome::kSaved ? "saved" : "refused");
    if (saved.outcome == Outcome::kKept) return by_hand(saved.why, edit, parts.editor.path());
    if (saved.outcome != Outcome::kSaved) return not_saved(saved);
    const auto reloaded = parts.control.reload_and_renew(edit.certificate);
    const std::string said = reloaded ? reloaded->said : "Saved, but the running server goes on as it was: " + reloaded.error().text();
    JsonObject json;
    json.add("etag", saved.now.etag).add("result", said).flag("in_force", reloaded.ok()).add("certificate", edit.certificate);
    json.add("job", reloaded ? reloaded->job : "").add_raw("changes", json_list(edit.changes, change_json));
    auto response = json_answer(200, json.done());
    response.fields.emplace_back("ETag", saved.now.etag);
    return response;
}

http::Response FirstSiteApi::take(const http::Request& request, const http::Context& context, const access::Session& session) {
    const std::string etag(request.field("if-match"));
    if (etag.empty()) return problem_answer(428, "If-Match is missing: the ETag of the file as it was shown.");
    const auto asked = read_first_request(request.body);
    if (!asked) return problem_answer(400, "The body is not a JSON object with names, a list of texts, agree_tos, true or false, and, if at all, the texts email and ca.");
    auto read = config::read_first_names(asked->names);
    if (const auto faults = faults_of(*asked, read); !faults.empty()) return faulty_answer("Nothing was saved: " + faults.front().text + ".", faults);
    return answer_later(office_, context, [parts = parts_, wish = config::FirstWish{std::move(read.names), asked->email, asked->ca}, etag, session] {
        return write(parts, wish, etag, session);
    });
}

std::optional<http::Response> FirstSiteApi::handle(const http::Request& request, const http::Context& context, const access::Session& session) {
    using http::Method;
    if (request.path == kCheck) return check(request);
    if (request.path != kPath) return std::nullopt;
    if (request.method == Method::kPost) return take(request, context, session);
    if (request.method != Method::kGet && request.method != Method::kHead) return wrong_method("GET, HEAD, POST");
    return answer_later(office_, context, [parts = parts_] { return show(parts); });
}

}  // namespace postern::admin
