#include "tests/unit/firmware/admin/samples.h"

#include "acme/upload.h"
#include "server/base/text.h"

namespace postern::admin::samples {
namespace {

using acme::CertState;
using acme::CertStatus;
using acme::Problem;
using acme::Rung;

acme::Attempt attempt(double days_ago, bool ok, std::string said, int generation) {
    return {in_days(-days_ago) - Span(7), in_days(-days_ago), ok, std::move(said), generation};
}

CertStatus failing() {
    auto status = issued("home.example.org", {"home.example.org", "cloud.example.org"}, 12.4);
    status.state = CertState::kFailing;
    status.next_attempt = in_days(0.07);
    status.last_problem = Problem{
        "connection",
        "During secondary validation: 203.0.113.77: Fetching http://home.example.org/.well-known/acme-challenge/"
        "Xk2mS0h3rO9z: Timeout during connect (likely firewall problem)",
        "Port 80 must be reachable from the internet. Check that your router forwards TCP port 80 of its public address "
        "to this device, and that your provider does not block it."};
    status.history.push_back(attempt(17.6, false, "connection: 203.0.113.77: Timeout during connect", 0));
    status.history.push_back(attempt(17.59, false, "connection: 203.0.113.77: Timeout during connect", 0));
    status.history.push_back(attempt(1.02, false, "connection: 203.0.113.77: Timeout during connect", 0));
    return status;
}

CertStatus not_obtained() {
    auto status = self_signed("nas.example.net", {"nas.example.net"});
    status.state = CertState::kFailing;
    status.next_attempt = in_days(0.006);
    status.last_problem =
        Problem{"urn:ietf:params:acme:error:dns",
                "DNS problem: NXDOMAIN looking up A for nas.example.net - check that a DNS record exists for this domain",
                "Create an A or AAAA record for nas.example.net that points to this device's public address."};
    status.history = {attempt(0.001, false, "dns: NXDOMAIN looking up A for nas.example.net", 0)};
    return status;
}

CertStatus expired() {
    auto status = issued("old.example.com", {"old.example.com"}, -2.3);
    status.state = CertState::kExpired;
    status.next_attempt = in_days(0.4);
    status.last_problem = Problem{"rateLimited",
                                  "too many certificates (5) already issued for this exact set of identifiers in the last "
                                  "168h0m0s, retry after 2026-11-21 12:01:00 UTC",
                                  "Nothing: Postern asks again when the certificate authority allows it."};
    return status;
}

CertStatus renewing() {
    auto status = issued("shop.example.com", {"shop.example.com", "www.shop.example.com"}, 29.97);
    status.state = CertState::kRenewing;
    status.next_attempt = kNow;
    return status;
}

// As a CA with renewal information (RFC 9773) has it: two days around the planned renewal.
CertStatus asked_for(CertStatus status) {
    const WallTime moment = *status.renew_after;
    status.ari = acme::AriWindow{moment - Span(kDay), moment + Span(kDay), moment, ""};
    return status;
}

std::vector<CertStatus> many() {
    std::vector<CertStatus> list{
        asked_for(issued("example.org", {"example.org", "www.example.org"}, 71.5)),
        issued("mail.example.org", {"mail.example.org", "imap.example.org", "smtp.example.org", "autoconfig.example.org"}, 58),
        failing(),
        renewing(),
        issued("a-rather-long-name-that-somebody-chose-for-a-machine.department.of.a-university.example.edu",
               {"a-rather-long-name-that-somebody-chose-for-a-machine.department.of.a-university.example.edu"}, 44),
        expired(),
        issued("_wildcard.example.net", {"*.example.net", "example.net"}, 88.9),
        not_obtained(),
    };
    auto lan = self_signed("printer.lan", {"printer.lan", "192.168.1.20", "fd00::20"});
    lan.kind = "self-signed";
    lan.state = CertState::kValid;
    list.push_back(lan);
    return list;
}

CertStatus hostile() {
    const std::string evil = "<script>alert(1)</script>\"'&\x1b[31m\x01\xff\xe2\x80\xae";
    auto status = issued("\"><img src=x onerror=alert(2)>", {evil, "{{headline}}"}, 30);
    status.facts->issuer = evil;
    status.facts->chain = {evil};
    status.facts->serial = "<b>";
    status.facts->fingerprint = "<i>";
    status.facts->key = "<u>";
    status.kind = evil;
    status.state = CertState::kFailing;
    status.last_problem = Problem{"<script>", evil + "\r\n</details>", evil};
    status.history.push_back({kNow, kNow, false, evil, 0});
    return status;
}

acme::StatusSnapshot snapshot(std::vector<CertStatus> certificates) {
    acme::StatusSnapshot status;
    status.certificates = std::move(certificates);
    return status;
}

}  // namespace

CertStatus issued(const std::string& name, std::vector<std::string> names, double days_left) {
    CertStatus status;
    status.name = name;
    status.names = names;
    status.kind = "acme";
    status.rung = Rung::kPublic;
    status.state = CertState::kValid;
    crypto::CertFacts facts{};
    facts.names = std::move(names);
    facts.issuer = "YE2";
    facts.issuer_dn = "C=US, O=Let's Encrypt, CN=YE2";
    facts.chain = {"C=US, O=Let's Encrypt, CN=YE2", "C=US, O=ISRG, CN=Root YE"};
    facts.serial = "06a1f2d94c7be5308d21c90af7be34515c2e";
    facts.not_after = in_days(days_left);
    facts.not_before = facts.not_after - Span(90 * kDay);
    facts.key = "ec256";
    facts.signature = "ecdsa-with-SHA384";
    facts.fingerprint = "9f3c6a51e0b84d27c1f05e9a7d3b62480c9d71e6a35f84b2d06c97e18af54b3d";
    facts.policy = "DV";
    status.facts = facts;
    status.generation = 3;
    status.renew_after = facts.not_after - Span(30 * kDay);
    status.next_attempt = *status.renew_after;
    const double age = 90 - days_left;
    status.history = {attempt(age + 60, true, "", 2), attempt(age, true, "", 3)};
    return status;
}

CertStatus self_signed(const std::string& name, std::vector<std::string> names) {
    CertStatus status;
    status.name = name;
    status.names = names;
    status.kind = "acme";
    crypto::CertFacts facts{};
    facts.names = std::move(names);
    facts.issuer = "Postern self-signed";
    facts.serial = "4d27c1f05e9a7d3b";
    facts.not_before = in_days(-30);
    facts.not_after = in_days(335);
    facts.key = "ec256";
    facts.fingerprint = "0c9d71e6a35f84b2d06c97e18af54b3d9f3c6a51e0b84d27c1f05e9a7d3b6248";
    facts.self_signed = true;
    status.facts = facts;
    return status;
}

std::vector<Sample> all() {
    auto fresh = self_signed("example.org", {"example.org", "www.example.org"});
    fresh.kind = "self-signed";
    fresh.state = CertState::kValid;
    auto waiting = self_signed("example.org", {"example.org", "www.example.org"});
    waiting.next_attempt = kNow;
    auto notices = snapshot({issued("example.org", {"example.org"}, 58)});
    notices.clock_sane = false;
    notices.clock_source = "none";
    notices.notices = {"jobs/example.org.json could not be read and was set aside as jobs/example.org.json.damaged"};
    auto valid = snapshot({asked_for(issued("example.org", {"example.org", "www.example.org"}, 58.3))});
    valid.ledger.emplace();
    valid.ledger->push_back({"https://acme-v02.api.letsencrypt.org/directory", "10 new accounts for this address in 3 hours", 10, 10, {}});
    valid.ledger->push_back({"https://acme-v02.api.letsencrypt.org/directory", "5 certificates for the same names in 7 days", 2, 5, in_days(0.9)});
    return {
        {"valid", valid},
        {"many", snapshot(many())},
        {"failing", snapshot({failing()})},
        {"waiting", snapshot({waiting})},
        {"not-obtained", snapshot({not_obtained()})},
        {"expired", snapshot({expired(), issued("example.org", {"example.org"}, 66)})},
        {"renewing", snapshot({renewing()})},
        {"notices", notices},
        {"none", snapshot({})},
        {"fresh", snapshot({fresh})},
        {"hostile", snapshot({hostile()})},
    };
}

const Sample& by_name(const std::string& name) {
    static const std::vector<Sample> samples = all();
    for (const auto& sample : samples)
        if (sample.name == name) return sample;
    return samples.front();
}

ServerFacts facts() {
    ServerFacts facts;
    facts.uptime_s = 12 * kDay + 3600;
    facts.listeners = {{"http", "[::]:80"}, {"https", "[::]:443"}, {"admin", "127.0.0.1:8443"},
                       {"control", "unix:/var/lib/postern/control.sock"}};
    facts.sites = {{"home", {"example.org", "www.example.org"}, "/srv/example", "example.org", true, {"example.org"}},
                   {"mail", {"mail.example.org"}, "", "", true, {"mail.example.org"}}};
    facts.connections = 14;
    facts.requests = 48213;
    facts.handshakes = 5120;
    facts.failed_handshakes = 31;
    facts.swaps = 2;
    facts.state_bytes_written = 184320;
    return facts;
}

Result<std::string> FakeControl::ask(acme::Task task) {
    constexpr const char* kWords[] = {"renew ", "try ", "revoke ", "delete ", "upload "};  // as in Task::What
    if (next_failure) return *next_failure;
    calls.push_back(kWords[static_cast<int>(task.what)] + join(task.names, ",") + (task.force ? " force" : "") +
                    (task.what == acme::Task::What::kRevoke ? " " + std::to_string(task.reason) : "") + (task.remove ? " delete" : "") +
                    (task.upload ? " " + std::string(task.upload->chain.view()) + " " + std::string(task.upload->key.view()) : ""));
    return std::string("j1");
}

Result<acme::JobView> FakeControl::job(const std::string& id) const {
    if (id != "j1") return Error::admin("no job \"" + printable(id) + "\" is remembered");
    acme::JobView view;
    view.id = id;
    view.done = view.ok = true;
    view.steps = {{kNow, "example.org", "order placed: 2 names"}};
    return view;
}

Result<Probe> FakeControl::open_probe(Seconds life) {
    if (next_failure) return *next_failure;
    calls.push_back("probe " + std::to_string(life.count()));
    return Probe{"abcd2345", "You got through.\n"};
}

Result<std::vector<Visit>> FakeControl::visits(const std::string& token) const {
    if (token != "abcd2345") return Error::admin("no such probe");
    return std::vector<Visit>{{kNow, "2001:db8::7", 80, false}, {kNow, "192.0.2.7", 443, true}};
}

std::vector<std::string> FakeControl::log_lines(std::size_t most) const {
    return most < 2 ? std::vector<std::string>{} : std::vector<std::string>{"2026-11-21T01:05:00Z info started", "\xff odd \"line\""};
}

RecentRequests FakeControl::requests(std::size_t) const {
    return {"ring", {"203.0.113.9 - - [21/Nov/2026:01:05:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"\\xff\""}};
}

Result<std::string> FakeControl::chain_of(const std::string& certificate) const {
    if (next_failure) return *next_failure;
    return "-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----\n";
}

Result<void> FakeControl::begin_preflight(const std::vector<std::string>& names) {
    if (next_failure) return *next_failure;
    calls.push_back("preflight" + (names.empty() ? "" : " " + join(names, ",")));
    return {};
}

Preflight FakeControl::preflight() const {
    Preflight preflight;
    preflight.at = kNow;
    acme::preflight::Finding finding;
    finding.check = "port-80";
    finding.seen = "nobody answers";
    preflight.findings.push_back(finding);
    return preflight;
}

Result<std::string> FakeControl::reload(const ConfigName& meant) {
    if (next_failure) return *next_failure;
    calls.push_back("reload" + (meant.path.empty() ? "" : " " + meant.path));
    return std::string("nothing changed");
}

Result<Reloaded> FakeControl::reload_and_renew(const std::string& certificate) {
    if (next_failure) return *next_failure;
    calls.push_back("reload and renew " + certificate);
    return Reloaded{"reloaded", "j1"};
}

http::Response ask(http::Handler& handler, const Asked& asked) {
    http::Request request;
    request.method = asked.method;
    request.path = asked.path;
    request.host = asked.host;
    request.body = asked.body;
    request.fields = asked.fields;
    http::Context context;
    context.secure = true;
    context.wall = kNow;
    context.peer = asked.peer;
    context.local = asked.local;
    static const struct Nobody final : http::Waker {
        void wake() const override {}
    } nobody;
    context.waker = &nobody;
    return handler.handle(request, context);
}

std::string field_of(const http::Response& response, std::string_view name) {
    for (const auto& [field, value] : response.fields)
        if (equal_no_case(field, name)) return value;
    return {};
}

std::string body_of(const http::Response& response) {
    return response.static_body.empty() ? response.body : std::string(response.static_body);
}

}  // namespace postern::admin::samples
