#include "acme/policy/ledger.h"

#include <algorithm>
#include <set>

#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr Seconds kHour(3600), kDay(86400);

// https://letsencrypt.org/docs/rate-limits/ and /docs/staging-environment/, as of November 2026.
constexpr CaLimits kLetsEncrypt{{10, 3 * kHour}, {300, 3 * kHour}, {5, 7 * kDay}, {50, 7 * kDay}, {5, kHour}};
constexpr CaLimits kStaging{{50, 3 * kHour}, {1500, 3 * kHour}, {30000, 7 * kDay}, {30000, 7 * kDay}, {200, kHour}};

std::string length_of(Seconds window) {
    const long long hours = window / kHour;
    if (hours % 24 == 0) return std::to_string(hours / 24) + (hours == 24 ? " day" : " days");
    return std::to_string(hours) + (hours == 1 ? " hour" : " hours");
}

std::string set_of(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return join(names, ",");
}

bool is_address(std::string_view name) {
    return name.find(':') != std::string_view::npos || name.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

constexpr std::string_view kDirectory = "https://acme-v02.api.letsencrypt.org/directory";
constexpr std::string_view kStagingDirectory = "https://acme-staging-v02.api.letsencrypt.org/directory";

CaLimits limits_of(std::string_view directory_url) {
    if (directory_url == kDirectory) return kLetsEncrypt;
    if (directory_url == kStagingDirectory) return kStaging;
    return {};
}

std::string_view staging_directory(std::string_view directory_url) {
    return directory_url == kDirectory ? kStagingDirectory : std::string_view();
}

std::string registered_domain(std::string_view name) {
    if (is_address(name)) return std::string(name);
    std::size_t last = name.rfind('.');
    if (last == std::string_view::npos || last == 0) return std::string(name);
    std::size_t second = name.rfind('.', last - 1);
    if (second == std::string_view::npos) return std::string(name);
    constexpr std::size_t kShort = 3;  // co, com, ac, gov: below them names are registered, not they
    const bool short_label = last - second - 1 <= kShort && name.size() - last - 1 == 2;
    if (!short_label || second == 0) return std::string(name.substr(second + 1));
    std::size_t third = name.rfind('.', second - 1);
    return std::string(third == std::string_view::npos ? name : name.substr(third + 1));
}

std::string Ledger::Bucket::words() const {
    return std::to_string(limit.tokens) + " " + std::string(what) + of + " in " + length_of(limit.window);
}

std::vector<Ledger::Bucket> Ledger::buckets_of(const Order& order) {
    const CaLimits& limits = order.limits;
    std::vector<Bucket> buckets;
    const auto add = [&](std::string_view kind, std::string_view key, const Limit& limit, std::string_view what, std::string_view of) {
        if (limit.tokens == 0) return;  // none
        std::string whole = order.directory_url + " ";
        whole.append(kind).append(key);
        buckets.push_back({std::move(whole), limit, what, std::string(of)});
    };
    if (order.new_account) add("accounts", "", limits.accounts, "new accounts", "");
    add("orders", "", limits.orders, "orders", "");
    add("names ", set_of(order.names), limits.same_names, "certificates for the same names", "");
    for (const std::string& name : order.names) add("failures ", name, limits.failures, "failed validations of ", name);
    if (order.renewal) return buckets;
    std::vector<std::string> domains;
    for (const std::string& name : order.names) domains.push_back(registered_domain(name));
    std::sort(domains.begin(), domains.end());
    domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
    for (const std::string& domain : domains)
        add("domain ", domain, limits.same_domain, "certificates for names of ", domain);
    return buckets;
}

WallTime Ledger::full_at(const Bucket& bucket, WallTime now) const {
    auto found = full_.find(bucket.key);
    return found == full_.end() ? now : std::clamp(found->second, now, now + bucket.limit.window);
}

void Ledger::take(const Bucket& bucket, WallTime now) {
    full_[bucket.key] = std::min(full_at(bucket, now) + bucket.limit.interval(), now + bucket.limit.window);
}

std::optional<Ledger::Refusal> Ledger::refuse(const Order& order, WallTime now) const {
    std::optional<Refusal> worst;
    for (const Bucket& bucket : buckets_of(order)) {
        // this one and the one that is left over
        const WallTime until = full_at(bucket, now) + 2 * bucket.limit.interval() - bucket.limit.window;
        if (until > now && (!worst || until > worst->until)) worst = Refusal{bucket.words(), until};
    }
    return worst;
}

bool Ledger::mend(const Order& order, WallTime now) {
    bool mended = false;
    for (const Bucket& bucket : buckets_of(order)) {
        auto found = full_.find(bucket.key);
        if (found == full_.end() || found->second <= now + bucket.limit.window) continue;
        found->second = now + bucket.limit.window;
        mended = true;
    }
    return mended;
}

bool Ledger::spend(Spent what, const Order& order, std::string_view name, WallTime now) {
    const std::string ca = order.directory_url + " ";
    bool limited = false;
    for (const Bucket& bucket : buckets_of(order)) {
        const std::string_view kind = std::string_view(bucket.key).substr(ca.size());
        const bool meant = what == Spent::kAccount   ? kind == "accounts"
                           : what == Spent::kOrder   ? kind == "orders"
                           : what == Spent::kFailure ? kind == "failures " + std::string(name)
                                                     : kind.starts_with("names ") || kind.starts_with("domain ");
        if (!meant) continue;
        take(bucket, now);
        limited = true;
    }
    return limited;
}

Ledger::State Ledger::state_of(const Bucket& bucket, WallTime now) const {
    const WallTime full = full_at(bucket, now);
    const Seconds interval = std::max(bucket.limit.interval(), Seconds(1));
    const auto missing = static_cast<int>(std::min<long long>((full - now + interval - Seconds(1)) / interval, bucket.limit.tokens));
    State state{{}, bucket.words(), bucket.limit.tokens - missing, bucket.limit.tokens, std::nullopt};
    if (missing > 0) state.next = full - (missing - 1) * interval;
    return state;
}

std::vector<Ledger::State> Ledger::states(const std::vector<Order>& orders, WallTime now) const {
    std::vector<State> states;
    std::set<std::string> seen;
    for (Order order : orders) {
        order.new_account = true;  // whether or not one is needed: somebody wants to know
        order.renewal = false;
        const std::string ca = order.directory_url + " ";
        for (const Bucket& bucket : buckets_of(order)) {
            const bool always = bucket.of.empty() && bucket.key.compare(ca.size(), 6, "names ") != 0;
            if (!always && full_at(bucket, now) == now) continue;
            if (!seen.insert(bucket.key).second) continue;
            states.push_back(state_of(bucket, now));
            states.back().directory_url = order.directory_url;
        }
    }
    return states;
}

std::map<std::string, WallTime> Ledger::remembered(WallTime now) const {
    std::vector<std::pair<WallTime, std::string>> left;
    for (const auto& [key, at] : full_)
        if (at > now) left.emplace_back(at, key);
    std::sort(left.rbegin(), left.rend());
    if (left.size() > kBuckets) left.resize(kBuckets);
    std::map<std::string, WallTime> result;
    for (auto& [at, key] : left) result.emplace(std::move(key), at);
    return result;
}

}  // namespace postern::acme
