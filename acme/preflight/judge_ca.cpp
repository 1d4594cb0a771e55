#include "acme/preflight/judge_ca.h"

#include <algorithm>

#include "acme/preflight/remedies.h"
#include "server/base/text.h"

namespace postern::acme::preflight {

namespace {

using Answer = dns::CaaVerdict::Answer;

constexpr char kOwnCa[] = "If it is a CA of your own, name the file with its root: ca_file = /etc/ssl/my-ca.pem in [acme] or [ca NAME]. ";

void blame_trust(Finding& finding, const Case& one, const CaSight& ca) {
    finding.result = "No order is placed with it: nobody knows who answers there.";
    if (!one.ca_file.empty()) {
        finding.change = "Its chain does not lead to a certificate of ca_file = " + one.ca_file +
                         ": put the root of this CA there, or take the line out if it is a public CA.";
        return;
    }
    finding.change = std::string(kOwnCa) + "If it is a public one, the trust anchors of this machine (" +
                     (ca.trusts.empty() ? std::string("none were found") : ca.trusts) +
                     ") are too few or too old, or something sits in between:";
    finding.paste = install_anchors();
}

// An account that there is was bound when it was made, and needs the key no more (RFC 8555 section 7.3.4).
void judge_binding(Finding& finding, const Case& one) {
    finding.seen += " It makes accounts for its own customers only (external account binding)";
    if (!one.account_url.empty()) {
        finding.seen += "; ours is made.";
        return;
    }
    if (one.has_external_account) {
        finding.seen += ", and the configuration has the keys for it.";
        return;
    }
    finding.level = Level::kFault;
    finding.seen += ", and neither is there an account nor are there the keys for one.";
    finding.result = "No account, and so no order: `externalAccountRequired`.";
    finding.change = "Add the two that the CA shows to its customers to [acme] or [ca NAME]. Or choose a CA that does without: "
                     "ca = letsencrypt";
    finding.paste = external_account_keys();
}

}  // namespace

Finding judge_directory(const Case& one, const CaSight& ca) {
    Finding finding{"ca", Level::kOk, one.directory_url, "", "", ""};
    if (ca.failure.empty()) {
        finding.seen = "Its directory was read, and its chain verified" + (ca.trusts.empty() ? "." : " by " + ca.trusts + ".");
        if (ca.external_account) judge_binding(finding, one);
        return finding;
    }
    finding.level = Level::kFault;
    finding.seen = ca.failure + ".";
    if (ca.type == "trust") {
        blame_trust(finding, one, ca);
    } else if (ca.type == "ca_file") {
        finding.result = "No order is placed: its chain cannot be verified.";
        finding.change = one.ca_file.empty() ? "Install the trust anchors of the system:" : "Put certificates in PEM form into " +
                         one.ca_file + ", and let the server's user read it.";
        if (one.ca_file.empty()) finding.paste = install_anchors();
    } else if (ca.type == "clock") {
        finding.result = "Nothing is ordered by a clock that may be wrong.";
        finding.change = "Set the clock, and keep it set:";
        finding.paste = set_clock();
    } else if (ca.type == "directory") {
        finding.result = "No order can be placed there.";
        finding.change = "Check the URL of the CA, and whether a captive portal or a proxy answers in its place.";
    } else {
        finding.result = "No order can be placed; it is tried again by itself.";
        finding.change = "See that this machine gets out: its default route, its DNS servers, and TCP port 443 in its firewall.";
    }
    return finding;
}

std::vector<Finding> judge_caa_of(const std::vector<CaaSight>& sights) {
    std::vector<Finding> findings;
    for (const CaaSight& sight : sights) {
        Finding finding{"caa", Level::kOk, sight.name, "", "", ""};
        std::string why = sight.verdict.why;
        if (!why.empty() && why.front() >= 'a' && why.front() <= 'z') why.front() = static_cast<char>(why.front() - 'a' + 'A');
        finding.seen = (sight.asked ? "" : "The CAA records could not be looked up: ") + why + ".";
        const std::string set = join(sight.verdict.found, ", ");
        if (!set.empty()) finding.seen += " They are: " + set + ".";
        if (sight.verdict.answer == Answer::kForbidden) {
            finding.level = Level::kFault;
            finding.result = "The CA refuses to issue, with the error `caa`.";
            const bool to_add = !has_prefix(sight.verdict.change, "take ");
            finding.change = to_add ? "Add this record:" : "Where the domain's DNS is looked after, " + sight.verdict.change + ".";
            if (to_add) finding.paste = zone_line(sight.verdict.change);
        } else if (sight.verdict.answer == Answer::kUnknown) {
            finding.level = sight.asked ? Level::kNote : Level::kWarning;
            finding.result = sight.asked ? "Whether this CA is meant, only you can say."
                                         : "A CA that meets the same refuses to issue (RFC 8659 section 3).";
            if (!sight.asked) finding.change = "See that the domain's own DNS servers answer questions for CAA, if only with nothing.";
        }
        auto same = std::find_if(findings.begin(), findings.end(), [&](const Finding& other) {
            return other.seen == finding.seen && other.level == finding.level;
        });
        if (same == findings.end()) findings.push_back(std::move(finding));
        else same->about += ", " + finding.about;
    }
    for (Finding& finding : findings) finding.about = "CAA of " + finding.about;
    return findings;
}

Finding judge_limits(const Case& one, const Ledger& ledger, WallTime now) {
    Finding finding{"limits", Level::kOk, "limits of the CA for " + one.certificate, "", "", ""};
    const bool known = one.order.limits.orders.tokens > 0 || one.order.limits.same_names.tokens > 0;
    if (!known) {
        finding.seen = "None are known of this CA.";
        return finding;
    }
    const auto refusal = ledger.refuse(one.order, now);
    if (!refusal) {
        finding.seen = "An order fits into all of them: the nearest is " + std::to_string(one.order.limits.same_names.tokens) +
                       " certificates for the same names a week.";
        return finding;
    }
    finding.level = Level::kWarning;
    finding.seen = "One order more would use up the limit of " + refusal->limit + ".";
    finding.result = "Postern waits by itself, and orders from " + to_rfc3339(refusal->until.time_since_epoch().count()) + " on.";
    finding.change = "Nothing but wait. For trying things out: ca = letsencrypt-staging, whose limits are generous.";
    return finding;
}

}  // namespace postern::acme::preflight
