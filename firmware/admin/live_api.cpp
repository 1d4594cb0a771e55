#include "firmware/admin/live_api.h"

#include <algorithm>
#include <utility>

#include "firmware/admin/answers.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/browser_check.h"
#include "firmware/admin/file_answers.h"
#include "firmware/admin/findings_json.h"
#include "firmware/admin/request_json.h"
#include "firmware/admin/session_api.h"
#include "server/base/json.h"
#include "server/base/text.h"

namespace postern::admin {

namespace {

constexpr std::size_t kMostLines = 500, kMostEntries = 100;
constexpr std::string_view kBeforeName = "/api/v1/certificates/", kAfterName = "/chain.pem";

std::string date(WallTime at) { return to_rfc3339(at.time_since_epoch().count()); }

// NAME of /api/v1/certificates/NAME/chain.pem; empty: another path.
std::string_view certificate_of_chain(std::string_view path) {
    if (!has_prefix(path, kBeforeName) || !has_suffix(path, kAfterName) || path.size() < kBeforeName.size() + kAfterName.size()) return {};
    return path.substr(kBeforeName.size(), path.size() - kBeforeName.size() - kAfterName.size());
}

std::string entry_json(const access::AuditEntry& one) {
    JsonObject json;
    json.add("at", date(one.at)).add("session", one.session).add("peer", one.peer).add("action", one.action);
    return json.add("object", one.object).add("outcome", one.outcome).done();
}

http::Response begin_preflight(Control& control, const http::Request& request) {
    if (request.method != http::Method::kPost) return wrong_method("POST");
    const auto given = read_names_request(request.body);
    if (!given) return problem_answer(400, "The body is neither empty nor a JSON object with one list of texts: names.");
    const auto read = given->empty() ? config::FirstNames() : config::read_first_names(*given);
    if (!read.faults.empty()) return faulty_answer("Nothing was looked for: " + read.faults.front().text + ".", read.faults);
    const auto begun = control.begin_preflight(read.names);
    return begun ? json_answer(202, result_json("begun")) : failure_answer(begun.error());
}

}  // namespace

std::string progress_json(const acme::JobView& job) {
    JsonObject json;
    json.add("job", job.id);
    if (!job.steps.empty()) {
        const auto& last = job.steps.back();
        json.add("at", date(last.at)).add("certificate", last.certificate).add("text", last.text);
    }
    return json.flag("done", job.done).flag("ok", job.ok).flag("changed", job.changed).done();
}

std::string line_json(std::string_view line) { return JsonObject().add("line", line).done(); }

http::Response LiveApi::events(const http::Request& request, const http::Context& context) {
    if (context.waker == nullptr) return problem_answer(503, "Nobody can wait here.");
    const std::string token(cookie_of(request, kSessionCookie));
    auto source = hub_.listen(*context.waker, parse_decimal(request.field("last-event-id")).value_or(0),
                              [&desk = desk_, token] { return desk.sessions().look(token).has_value(); });
    if (!source) return problem_answer(503, "Too many pages listen already; close some.");
    http::Response response;
    response.fields.emplace_back("Content-Type", "text/event-stream");
    add_guard_fields(response);
    response.live = std::move(source);
    return response;
}

http::Response LiveApi::log(const http::Request&, const http::Context&) {
    return json_answer(200, JsonObject().list("lines", control_.log_lines(kMostLines)).done());
}

http::Response LiveApi::requests(const http::Request&, const http::Context&) {
    const auto requests = control_.requests(kMostLines);
    return json_answer(200, JsonObject().add("where", requests.where).list("lines", requests.lines).done());
}

http::Response LiveApi::audit(const http::Request&, const http::Context&) {
    return json_answer(200, JsonObject().add_raw("entries", json_list(desk_.entries(kMostEntries), entry_json)).done());
}

http::Response LiveApi::findings(const http::Request&, const http::Context&) { return json_answer(200, preflight_json(control_.preflight())); }

http::Response LiveApi::chain(const http::Request& request, const http::Context&) {
    const std::string_view name = certificate_of_chain(request.path);
    const auto status = control_.status();
    const bool known = status && std::any_of(status->certificates.begin(), status->certificates.end(),
                                             [&](const auto& each) { return each.name == name; });
    if (!known) return problem_answer(404, "There is no certificate \"" + printable(name, 80) + "\".");
    auto chain = control_.chain_of(std::string(name));
    if (!chain) return failure_answer(chain.error());
    http::Response response;
    response.fields.emplace_back("Content-Type", "application/x-pem-file");
    response.fields.emplace_back("Content-Disposition", "attachment; filename=\"chain.pem\"");
    add_guard_fields(response);
    response.body = std::move(*chain);
    return response;
}

LiveApi::Reader LiveApi::reader_of(std::string_view path) {
    static constexpr std::pair<std::string_view, Reader> kReaders[] = {
        {"/api/v1/events", &LiveApi::events}, {"/api/v1/log", &LiveApi::log},           {"/api/v1/requests", &LiveApi::requests},
        {"/api/v1/audit", &LiveApi::audit},   {"/api/v1/findings", &LiveApi::findings},
    };
    for (const auto& [known, reader] : kReaders)
        if (path == known) return reader;
    return nullptr;
}

std::optional<http::Response> LiveApi::handle(const http::Request& request, const http::Context& context) {
    using http::Method;
    const std::string_view path = request.path;
    if (path == "/api/v1/preflight") return begin_preflight(control_, request);
    const std::string_view certificate = certificate_of_chain(path);
    const auto read = certificate.empty() ? reader_of(path) : &LiveApi::chain;
    if (read == nullptr) return std::nullopt;
    if (request.method != Method::kGet && request.method != Method::kHead) return wrong_method("GET, HEAD");
    return (this->*read)(request, context);
}

}  // namespace postern::admin
