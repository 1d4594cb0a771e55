#include "tests/sim/strict_ca.h"

#include <algorithm>
#include <cmath>

#include "server/base/base64url.h"
#include "server/base/text.h"
#include "tests/sim/cheap.h"

namespace postern::sim {

using acme::HttpReply;
using acme::HttpRequest;

namespace {

constexpr std::size_t kFaultsKept = 5;
constexpr Seconds kOrderKept(5 * 86400);  // a client may think an older one forgotten

std::size_t number_in(std::string_view url) {
    return static_cast<std::size_t>(parse_decimal(url.substr(url.rfind('/') + 1)).value_or(0));
}

bool fits(const WrongAnswer& row, const std::string& kind) { return row.kind == "any" || row.kind == kind; }

std::string key_of(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return join(names, ",");
}

}  // namespace

StrictCa::StrictCa(fakes::FakeClock& truth, const Clock& device, fakes::Board& board, const Fate& fate, Story& story)
    : truth_(truth), device_(device), fate_(fate), story_(story), ca_(truth, board) {
    reset_manners(ca_, fate.validity);
}

std::string StrictCa::kind_of(const HttpRequest& request) {
    static constexpr std::pair<std::string_view, const char*> kPaths[] = {
        {"/dir", "directory"}, {"/nonce", "newNonce"}, {"/account", "newAccount"}, {"/new-order", "newOrder"},
        {"/order/", "order"},  {"/authz/", "authz"},   {"/chall/", "challenge"},   {"/finalize/", "finalize"},
        {"/cert/", "cert"},    {"/ari/", "ari"},
    };
    const std::string_view path = std::string_view(request.url).substr(std::string_view("https://ca.example").size());
    for (const auto& [prefix, kind] : kPaths)
        if (has_prefix(path, prefix)) return kind;
    return "unknown";
}

std::string StrictCa::names_of(const HttpRequest& order) {
    auto body = Json::parse(order.body);
    auto text = body ? base64url_decode(body->text("payload").value_or("")) : std::nullopt;
    auto payload = text ? Json::parse(*text) : Result<Json>(Error::refuse(""));
    const auto* identifiers = payload ? payload->array("identifiers") : nullptr;
    std::vector<std::string> names;
    for (std::size_t i = 0; identifiers != nullptr && i < identifiers->size(); ++i)
        names.emplace_back((*identifiers)[i].text("value").value_or(""));
    return key_of(std::move(names));
}

void StrictCa::wrong(const std::string& what) {
    story_.tell("FAULT: " + what);
    if (faults_.size() < kFaultsKept) faults_.push_back(what);
}

std::vector<std::string> StrictCa::faults() {
    std::vector<std::string> all = faults_;
    for (const std::string& fault : ca_.faults) all.push_back("the client: " + fault);
    return all;
}

// Limits

StrictCa::Bucket& StrictCa::bucket(const std::string& key, const acme::Limit& limit) {
    auto [found, is_new] = buckets_.try_emplace(key, Bucket{static_cast<double>(limit.tokens), truth_.wall()});
    Bucket& bucket = found->second;
    const double passed = static_cast<double>((truth_.wall() - bucket.at).count());
    const double refill = passed * limit.tokens / static_cast<double>(limit.window.count());
    bucket.tokens = std::min<double>(limit.tokens, bucket.tokens + refill);
    bucket.at = truth_.wall();
    return bucket;
}

void StrictCa::spend(const std::string& key, const acme::Limit& limit) {
    if (limit.tokens == 0) return;
    Bucket& left = bucket(key, limit);
    if (left.tokens < 1) wrong("over the CA's limit: " + key);
    left.tokens = std::max(0.0, left.tokens - 1);
}

WallTime StrictCa::has_room_since(const std::vector<std::string>& names) {
    WallTime since{};
    const auto need = [&](const std::string& key, const acme::Limit& limit) {
        if (limit.tokens == 0) return;
        const double surplus = bucket(key, limit).tokens - 2;
        const double seconds = surplus * static_cast<double>(limit.window.count()) / limit.tokens;
        since = std::max(since, truth_.wall() - Seconds(static_cast<long long>(std::floor(seconds))));
    };
    need("certificates for " + key_of(names), fate_.limits.same_names);
    for (const std::string& name : names) need("failed validations of " + name, fate_.limits.failures);
    return since;
}

void StrictCa::serves(const std::vector<std::string>& names) { unused_.erase(key_of(names)); }

// What was placed, validated, and issued, whatever becomes of the answer.
void StrictCa::count(const std::string& kind, const HttpRequest& request, const HttpReply& reply, int issued_before) {
    if (kind == "newAccount" && reply.status == 201) spend("new accounts", fate_.limits.accounts);
    if (kind == "newOrder" && reply.status == 201) {
        const std::string names = names_of(request);
        spend("orders", fate_.limits.orders);
        order_names_[number_in(reply.field("Location"))] = names;
        auto body = Json::parse(reply.body);
        const auto* authorizations = body ? body->array("authorizations") : nullptr;
        const auto parts = split(names, ',');
        for (std::size_t i = 0; authorizations != nullptr && i < authorizations->size() && i < parts.size(); ++i)
            authz_names_[number_in((*authorizations)[i].string())] = std::string(parts[i]);
    }
    if (kind == "challenge" && reply.status == 200 && !ca_.validates && failed_.insert(number_in(request.url)).second)
        spend("failed validations of " + authz_names_[number_in(request.url)], fate_.limits.failures);
    if (ca_.issued == issued_before) return;
    const std::string& ordered = order_names_[number_in(request.url)];
    spend("certificates for " + ordered, fate_.limits.same_names);
    std::set<std::string> domains;
    for (std::string_view name : split(ordered, ',')) domains.insert(acme::registered_domain(name));
    for (const std::string& domain : domains) spend("certificates for names of " + domain, fate_.limits.same_domain);
    // By a clock that is days off a good certificate is not valid yet, or any more, and rightly not used.
    if (menu_.empty() && std::chrono::abs(device_.wall() - truth_.wall()) < Seconds(60)) unused_[ordered] = truth_.wall();
}

// Manners of the client: a wait is kept; a first failure is followed by another try after a second.
void StrictCa::watch(const std::string& kind, const HttpRequest& request) {
    if (expects_retry_) {
        const Millis gap = truth_.steady() - *expects_retry_;
        // what is asked for a renewal window alone is asked once, and a run of its own may follow at any time
        if (gap > Millis(1600) && gap < Millis(3000))
            wrong("a first failure was followed by another try only after " + std::to_string(gap.count()) + " ms");
        expects_retry_.reset();
    }
    if (kind != "newOrder") return;
    watch_order(names_of(request));
}

void StrictCa::watch_order(const std::string& names) {
    // with the CA's own Date, where it can be believed, it may
    if (!fate_.dated && device_.wall() + Seconds(300) < cheap_world().built)
        wrong("ordered with a clock that stands before the program was made");
    const auto waits = unused_.find(names);
    if (waits != unused_.end() && truth_.wall() - waits->second < kOrderKept)
        wrong("ordered " + names + " anew, though what was issued for the last order never served");
    const auto held = held_.find(names);
    if (held == held_.end()) return;
    // a date or a number of seconds is read with the device's clock, which may be a second off
    if (truth_.wall() + Seconds(1) < held->second) wrong("asked for " + names + " before its Retry-After had passed");
}

// Troubles

void StrictCa::begin(const Stretch& stretch) {
    ++open_[static_cast<std::size_t>(stretch.what)];
    if (stretch.what == Trouble::kRateLimit)
        limit_seconds_ = std::max(30LL, stretch.detail % (stretch.until - stretch.from + 1));
    if (stretch.what == Trouble::kWrongAnswers) menu_.push_back(stretch.detail);
}

void StrictCa::end(const Stretch& stretch) {
    --open_[static_cast<std::size_t>(stretch.what)];
    if (stretch.what == Trouble::kWrongAnswers) menu_.erase(std::find(menu_.begin(), menu_.end(), stretch.detail));
}

bool StrictCa::troubled() const {
    const auto all = {Trouble::kNoNetwork, Trouble::kCaDown, Trouble::kRateLimit, Trouble::kWrongAnswers, Trouble::kNotReached};
    return std::any_of(all.begin(), all.end(), [&](Trouble what) { return open(what); });
}

Result<HttpReply> StrictCa::lost(bool reached) {
    fault_.reached = reached;
    return Error::retry(reached ? "connection reset" : "looking up ca.example: no network");
}

Result<HttpReply> StrictCa::limited(const std::string& names) {
    HttpReply refusal = fakes::ScriptedCa::problem(429, "rateLimited", "too many");
    refusal.fields.emplace_back("Retry-After", std::to_string(limit_seconds_));
    held_[names] = truth_.wall() + Seconds(limit_seconds_);
    wait_until_ = std::max(wait_until_, held_[names]);
    return refusal;
}

// RFC 9773 section 4.2. The dates stand in the id (cheap_certs.cpp).
HttpReply StrictCa::window_for(const HttpRequest& request) {
    const std::string_view id = std::string_view(request.url).substr(request.url.rfind('/') + 1);
    const auto dates = split(id.substr(0, id.find('.')), '-');
    const auto from = dates.size() == 2 ? parse_decimal(dates[0]) : std::nullopt;
    const auto until = dates.size() == 2 ? parse_decimal(dates[1]) : std::nullopt;
    if (!fate_.renewal_info || !from || !until) {
        wrong("asked for " + request.url);
        return fakes::ScriptedCa::problem(404, "malformed");
    }
    const auto life = static_cast<long long>(*until - *from);
    const long long start = static_cast<long long>(*until) - life / (life < 10 * 86400 ? 2 : 3) - life / 60 * fate_.window_lead;
    HttpReply reply{200, {{"Content-Type", "application/json"}, {"Retry-After", "21600"}}, {}};
    JsonObject window, body;
    window.add("start", to_rfc3339(start)).add("end", to_rfc3339(start + life / 60));
    reply.body = body.add_raw("suggestedWindow", window.done()).done();
    return reply;
}

// What the rows of the menu make of an answer; false: it is lost.
bool StrictCa::spoil(const std::string& kind, HttpReply& reply) {
    for (long long row : menu_) {
        const WrongAnswer& answer = wrong_answers()[static_cast<std::size_t>(row)];
        if (answer.change && fits(answer, kind) && !answer.change(reply)) return false;
    }
    return true;
}

Result<HttpReply> StrictCa::exchange(const HttpRequest& request) {
    const std::string kind = kind_of(request);
    fault_ = {};
    watch(kind, request);
    if (open(Trouble::kNoNetwork)) return lost(false);
    if (open(Trouble::kCaDown)) {
        const bool first = truth_.steady() - last_lost_ > Millis(30000);  // the later ones of a run come after longer pauses
        if (kind == "directory" && first) expects_retry_ = truth_.steady();
        last_lost_ = truth_.steady();
        return lost(true);
    }
    if (kind == "directory" && request.method == HttpRequest::Method::kHead) return HttpReply{200, {}, {}};  // for its Date
    if (kind == "newOrder" && open(Trouble::kRateLimit)) return limited(names_of(request));
    reset_manners(ca_, fate_.validity);
    ca_.validates = !open(Trouble::kNotReached);
    ca_.renewal_info = fate_.renewal_info;
    if (!menu_.empty()) forgive_orders();  // the client may have been told that its order is none
    for (long long row : menu_) {
        const WrongAnswer& answer = wrong_answers()[static_cast<std::size_t>(row)];
        if (answer.manners) answer.manners(ca_);
        if (answer.instead && fits(answer, kind)) return answer.instead();
    }
    const int before = ca_.issued;
    auto reply = kind == "ari" ? Result<HttpReply>(window_for(request)) : ca_.answer(request);
    if (!reply) return reply;
    count(kind, request, *reply, before);
    const auto wait = kind == "ari" ? std::nullopt : parse_decimal(reply->field("Retry-After"));  // no order waits for that
    if (wait && *wait > 60) wait_until_ = std::max(wait_until_, truth_.wall() + Seconds(static_cast<long long>(*wait)));
    if (!spoil(kind, *reply)) return lost(true);
    return reply;
}

}  // namespace postern::sim
