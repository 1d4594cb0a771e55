#include "acme/protocol/problem.h"

#include <array>

#include "acme/protocol/url.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr std::size_t kSubproblems = 16;  // shown; an order has at most a hundred names
constexpr std::size_t kDetail = 1000;     // bytes; the link by which a name that a CA has paused is freed takes some 500
constexpr std::size_t kDetailBelow = 400; // of a subproblem
constexpr std::string_view kUrn = "urn:ietf:params:acme:error:";

struct Advice {
    std::string_view type, text;
};

// RFC 8555 section 6.7 and what we call our own troubles.
constexpr std::array kAdvice = {
    Advice{"accountDoesNotExist", "The CA no longer knows our account; it is made anew by itself."},
    Advice{"answer", "The CA's answer could not be understood; it is tried again by itself."},
    Advice{"badCSR", "The CA does not like the request or its key: try another key_type."},
    Advice{"badNonce", "The CA kept refusing its own nonces; it is tried again later."},
    Advice{"badPublicKey", "The CA does not take this kind of key: choose another key_type."},
    Advice{"badSignatureAlgorithm", "The CA does not take ES256 signatures; this CA cannot be used."},
    Advice{"ca_file", "The file that `ca_file` names cannot be used: see that it is there, that the server's user may read it, "
                      "and that it holds certificates in PEM form."},
    Advice{"caa", "A CAA record of the domain forbids this CA: add it to the record, or choose the CA that stands there."},
    Advice{"certificate", "The CA sent a certificate that must not be installed; the old one keeps serving. It is tried "
                          "again by itself; if it stays so, tell the CA."},
    Advice{"challenge", "The CA offers no way of proof that `challenge` allows: add one of those offered to it (http-01 and "
                        "tls-alpn-01 are supported; wildcard names need another)."},
    Advice{"clock", "The clock is wrong or not set yet: check the time source (NTP)."},
    Advice{"compound", "Several names failed, each for a reason of its own: mend one after the other, or take a name out."},
    Advice{"connection", "The CA could not reach us on port 80 (with tls-alpn-01: 443): check that the name points here and "
                         "that firewall and router let that port in."},
    Advice{"deleted", "Nothing is ordered before `postern renew --force NAME`, or a change of its configuration."},
    Advice{"directory", "What answers at the CA's URL is no ACME directory: check the URL, and whether a captive portal or "
                        "a proxy stands in between."},
    Advice{"disk", "Our own files failed us: check free space and permissions of the state folder."},
    Advice{"dns", "The CA could not look the name up: check its A and AAAA records."},
    Advice{"eab", "Correct `eab_kid` and `eab_hmac_key`: both as the CA gave them. Some CAs take each pair only once."},
    Advice{"externalAccountRequired", "This CA wants an account made beforehand: set eab_kid and eab_hmac_key."},
    Advice{"files", "The one before stays. Put a chain and its key there that cover every name; the files are watched."},
    Advice{"incorrectResponse", "Something else answered on port 80 (with tls-alpn-01: 443) in our place: check port "
                                "forwarding, balancers and AAAA records."},
    Advice{"invalidContact", "The CA does not take the e-mail address: correct `email`."},
    Advice{"invalidProfile", "The CA does not take the profile: correct `profile`, or take the line out."},
    Advice{"ledger", "Nothing to do but wait: it is ordered by itself then. `postern renew --force NAME` orders all the same."},
    Advice{"malformed", "The CA did not understand us; if it stays so, report it with the log."},
    Advice{"order", "The CA gave the order up; a new one is placed by itself."},
    Advice{"processing", "The CA is still at work; its order is kept and asked for again later."},
    Advice{"profile", "Name a profile that the CA offers in `profile`, or take the line out."},
    Advice{"rateLimited", "The CA's limit is used up: it is tried again at the date shown. If the CA has paused the name and gives a "
                       "link, open it."},
    Advice{"rejectedIdentifier", "The CA does not issue for this name: check `names`, or choose another CA."},
    Advice{"revoked", "Nothing is ordered before `postern renew --force NAME`, or a change of its configuration."},
    Advice{"serverInternal", "The CA has trouble of its own; it is tried again by itself."},
    Advice{"shorter", "It is tried again once a day. If the shorter life is meant, `postern renew --force NAME` takes it."},
    Advice{"tls", "The CA met a TLS error at our address: check what answers there."},
    Advice{"tos", "Read the CA's terms and set `agree_tos = yes` in [acme]."},
    Advice{"transport", "The CA could not be reached: check network, DNS and firewall; it is tried again by itself."},
    Advice{"trust", "The CA's own certificate is not trusted: for a private CA set `ca_file`; else something sits between "
                    "us and the CA, or the trust anchors are missing or old."},
    Advice{"unauthorized", "Another server answered for the name: check that its A and AAAA records lead here."},
    Advice{"unsupportedContact", "The CA does not take this kind of contact: correct `email`."},
    Advice{"unsupportedIdentifier", "This CA does not issue for this kind of name: choose another CA."},
    Advice{"url", "Correct the CA's URL: https, with a host name instead of an IP address."},
    Advice{"userActionRequired", "Open the link that the CA gives and do what it asks, then run `postern renew`."},
};

std::string excerpt(std::string_view body) {
    auto open = body.find("<title>");
    if (open != std::string_view::npos) body = body.substr(open + 7, body.find("</title>", open) - open - 7);
    return printable(trim(body.substr(0, body.find_first_of("\r\n"))), 80);
}

}  // namespace

static CaProblem problem_with(const Json& object, std::size_t detail) {
    CaProblem problem;
    std::string_view type = object.text("type").value_or("");
    problem.type = printable(has_prefix(type, kUrn) ? type.substr(kUrn.size()) : type, 80);
    problem.detail = printable(object.text("detail").value_or(object.text("title").value_or("")), detail);
    auto link = object.text("instance").value_or("");
    if (parse_https_url(link)) problem.link = std::string(link);
    if (const Json* identifier = object.find("identifier"))
        problem.identifier = printable(identifier->text("value").value_or(""), 80);
    const auto* subs = object.array("subproblems");
    for (std::size_t i = 0; subs && i < subs->size() && i < kSubproblems; ++i) {
        CaProblem sub = problem_with((*subs)[i], kDetailBelow);
        sub.sub.clear();  // one level, as RFC 8555 section 6.7.1 has it
        problem.sub.push_back(std::move(sub));
    }
    return problem;
}

CaProblem problem_from(const Json& object) { return problem_with(object, kDetail); }

CaProblem problem_of(const HttpReply& reply) {
    CaProblem problem;
    auto json = Json::parse(reply.body);
    if (json && json->is_object()) problem = problem_from(*json);
    if (problem.type.empty() && problem.detail.empty())
        problem.detail = "HTTP " + std::to_string(reply.status) + " without an explanation: " + excerpt(reply.body);
    if (problem.type.empty() && reply.status >= 500) problem.type = "serverInternal";
    problem.status = reply.status;
    return problem;
}

std::string in_words(const CaProblem& problem) {
    std::string text = problem.type;
    if (!problem.detail.empty()) text += (text.empty() ? "" : ": ") + problem.detail;
    std::string more;
    for (const CaProblem& sub : problem.sub)
        more += (more.empty() ? "" : "; ") + sub.identifier + ": " + in_words(sub);
    if (!problem.link.empty()) more += (more.empty() ? "see " : "; see ") + problem.link;
    return more.empty() ? text : text + " (" + more + ")";
}

std::string_view advice_for(std::string_view type) {
    for (const Advice& row : kAdvice)
        if (row.type == type) return row.text;
    return "If it stays so, look the message up at the CA, or report it with the log.";
}

}  // namespace postern::acme
