#include "firmware/config/access_values.h"

#include <algorithm>

#include "firmware/config/takers.h"
#include "firmware/config/values.h"

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

}  // namespace postern::config
