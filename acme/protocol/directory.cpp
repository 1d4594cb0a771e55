#include "acme/protocol/directory.h"

#include "acme/protocol/url.h"

namespace postern::acme {

namespace {

constexpr std::size_t kListed = 32;  // profiles and CAA names kept

Result<std::string> needed_url(const Json& json, std::string_view name) {
    auto text = json.text(name);
    if (!text) return Error::refuse("no " + std::string(name) + " in it");
    if (auto url = parse_https_url(*text); !url) return std::move(url).error().at(name);
    return std::string(*text);
}

std::string optional_url(const Json& json, std::string_view name) {
    auto text = json.text(name);
    return text && parse_https_url(*text) ? std::string(*text) : std::string();
}

}  // namespace

Result<Directory> directory_from(const Json& json) {
    if (!json.is_object()) return Error::refuse("no JSON object");
    Directory directory;
    TRY(directory.new_nonce, needed_url(json, "newNonce"));
    TRY(directory.new_account, needed_url(json, "newAccount"));
    TRY(directory.new_order, needed_url(json, "newOrder"));
    directory.revoke_cert = optional_url(json, "revokeCert");
    directory.key_change = optional_url(json, "keyChange");
    directory.renewal_info = optional_url(json, "renewalInfo");
    const Json* meta = json.find("meta");
    if (!meta || !meta->is_object()) return directory;
    directory.terms = optional_url(*meta, "termsOfService");
    directory.external_account_required = meta->flag("externalAccountRequired").value_or(false);
    if (const auto* names = meta->array("caaIdentities"))
        for (std::size_t i = 0; i < names->size() && i < kListed; ++i)
            if (!(*names)[i].string().empty()) directory.caa_identities.push_back((*names)[i].string());
    if (const Json* profiles = meta->find("profiles"); profiles && profiles->is_object())
        for (std::size_t i = 0; i < profiles->names().size() && i < kListed; ++i)
            directory.profiles.push_back(profiles->names()[i]);
    return directory;
}

}  // namespace postern::acme
