#include "firmware/checks/ca_look.h"

#include "acme/protocol/directory.h"
#include "acme/protocol/trust.h"
#include "acme/protocol/url.h"
#include "server/base/text.h"
#include "server/http/date.h"

namespace postern::checks {

namespace {

using acme::preflight::CaSight;

CaSight no_directory(CaSight sight, const std::string& why) {
    sight.type = "directory";
    sight.failure = why;
    return sight;
}

bool is_redirect(int status) { return status == 301 || status == 302 || status == 307 || status == 308; }

CaSight read_directory(CaSight sight, const std::string& url, const acme::HttpReply& reply, WallTime now) {
    if (const auto date = http::parse_date(reply.field("Date"), now.time_since_epoch().count())) sight.date = WallTime(Seconds(*date));
    if (reply.status != 200) return no_directory(sight, url + " answers with status " + std::to_string(reply.status));
    const auto json = Json::parse(reply.body);
    const auto directory = json ? acme::directory_from(*json) : Result<acme::Directory>(json.error());
    if (!directory) return no_directory(sight, "What answers at " + url + " is no ACME directory: " + directory.error().text());
    sight.caa_identities = directory->caa_identities;
    sight.external_account = directory->external_account_required;
    return sight;
}

}  // namespace

CaSight look_at_ca(acme::Transport& transport, const acme::preflight::Case& one, WallTime now) {
    CaSight sight;
    if (const auto anchors = acme::read_ca_anchors(one.ca_file)) sight.trusts = anchors->source;
    std::string url = one.directory_url;
    for (int hops = 0; hops <= limits::kRedirects; ++hops) {
        const auto reply = transport.exchange({acme::HttpRequest::Method::kGet, url, "", ""});
        if (!reply) {
            sight.failure = reply.error().text();
            sight.type = transport.fault().type;
            return sight;
        }
        if (!is_redirect(reply->status)) return read_directory(sight, url, *reply, now);
        auto next = acme::resolve_location(url, reply->field("Location"));
        if (!next) return no_directory(sight, url + " leads to nowhere: " + next.error().text());
        url = std::move(*next);
    }
    return no_directory(sight, one.directory_url + " leads from one address to the next without end");
}

}  // namespace postern::checks
