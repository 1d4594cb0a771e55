#include "firmware/admin/findings_json.h"

#include "server/base/json.h"
#include "server/base/text.h"

namespace postern::admin {

namespace {

using acme::preflight::Finding;

std::string finding_of(const Finding& finding) {
    JsonObject json;
    json.add("check", finding.check).add("level", name_of(finding.level)).add("about", finding.about).add("seen", finding.seen);
    json.add("result", finding.result).add("change", finding.change);
    return json.add_raw("paste", json_list(finding.paste, [](const auto& one) {
        return JsonObject().add("where", one.where).list("lines", one.lines).done();
    })).done();
}

}  // namespace

std::string findings_json(const std::vector<Finding>& findings) {
    return JsonObject().add("level", name_of(worst_of(findings))).add_raw("findings", json_list(findings, finding_of)).done();
}

std::string preflight_json(const Preflight& preflight) {
    JsonObject json;
    json.flag("running", preflight.running);
    if (preflight.at) json.add("at", to_rfc3339(preflight.at->time_since_epoch().count()));
    else json.null("at");
    json.list("names", preflight.names).add("level", name_of(worst_of(preflight.findings)));
    return json.add_raw("findings", json_list(preflight.findings, finding_of)).done();
}

}  // namespace postern::admin
