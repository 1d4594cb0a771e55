#include "firmware/config/access_values.h"

#include <algorithm>

#include "firmware/config/takers.h"
#include "firmware/config/values.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

constexpr std::string_view kPrivate = "private", kAny = "any";

Result<void> check_network(const std::string& item) {
    if (item == kPrivate || item == kAny) return {};
    if (item == "all") return Error::admin("'all' is written any here");
    auto subnet = Subnet::parse(item);
    return subnet ? Result<void>() : Error::admin(subnet.error().text());
}

}  // namespace

std::vector<Subnet> subnets_of(const std::vector<std::string>& items) {
    std::vector<Subnet> all;
    for (const std::string& item : items) {
        if (item == kPrivate) all.insert(all.end(), private_subnets().begin(), private_subnets().end());
        for (const char* each : {"0.0.0.0/0", "::/0"})
            if (item == kAny) all.push_back(*Subnet::parse(each));
        if (auto subnet = Subnet::parse(item)) all.push_back(*subnet);
    }
    return all;
}

site::AddressRule addresses_of(const SiteAccess& access) { return {subnets_of(access.allow), subnets_of(access.deny)}; }

Result<void> take_allow(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    for (const std::string& item : into) TRY_VOID(check_network(item));
    return {};
}

// nginx users write "deny all" below their allows; here it would win over them.
Result<void> take_deny(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    const bool everybody = std::any_of(into.begin(), into.end(), [](const std::string& item) { return item == kAny || item == "all"; });
    if (everybody) return Error::admin("nobody could see the site, for deny wins over allow; with allow, only those listed there may");
    for (const std::string& item : into) TRY_VOID(check_network(item));
    return {};
}

Result<void> take_proxies(std::vector<std::string>& into, std::string_view value) {
    TRY(into, parse_list(value));
    for (const std::string& item : into) {
        auto network = Subnet::parse(item);
        const bool everybody = item == kAny || item == "all" || (network.ok() && has_suffix(network->text(), "/0"));
        if (everybody) return Error::admin("who is trusted may say to be anybody; name the balancers alone");
        TRY_VOID(check_network(item));
    }
    return {};
}

Result<void> take_users(std::string& into, std::string_view value, const Draft& draft) {
    const std::string path = full_path(value, draft);
    auto text = draft.files->read(path, access::kLongestUserFile);
    if (!text.ok()) return std::move(text).error().at("cannot be used");
    auto users = access::Users::parse(*text);
    wipe(text->data(), text->size());
    if (!users) return std::move(users).error().at(path);
    into = path;
    draft.site->users = std::make_shared<const access::Users>(std::move(*users));
    return {};
}

// "10/s" is as "10/s burst 10": a second's worth at once.
Result<void> take_rate(site::Rate& into, std::string_view value) {
    constexpr std::uint64_t kMost = 100000;
    const std::size_t slash = value.find('/');
    const std::string_view rest = trim(slash == value.npos ? std::string_view() : value.substr(slash + 1));
    const std::string_view unit = rest.substr(0, rest.find_first_of(" \t"));
    std::string_view burst = trim(rest.substr(unit.size()));
    if (!burst.empty() && !has_prefix(burst, "burst ")) return not_valid(value);
    const Seconds per(unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0);
    const auto count = parse_decimal(trim(value.substr(0, slash)));
    const auto most = burst.empty() ? count : parse_decimal(trim(burst.substr(6)));
    if (!count || !most || per == Seconds(0)) return not_valid(value);
    if (*count < 1 || *count > kMost || *most < 1 || *most > kMost) return Error::admin("'" + std::string(value) + "' holds a number that is not from 1 to 100000");
    into = {static_cast<int>(*count), per, static_cast<int>(*most)};
    return {};
}

std::string show_rate(const site::Rate& rate) {
    if (rate.count == 0) return "";
    const char* unit = rate.per == Seconds(1) ? "/s" : rate.per == Seconds(60) ? "/m" : "/h";
    return std::to_string(rate.count) + unit + " burst " + std::to_string(rate.burst);
}

}  // namespace postern::config
