// How a value of the INI gets into its member of Config and back: one pair of functions for each type of value. Used by
// the table of keys alone.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "firmware/config/config_keys.h"
#include "firmware/config/values.h"
#include "server/base/text.h"

namespace postern::config {

template <typename Section, typename Value>
Section section_of(Value Section::*);

template <typename Section>
Section& section_in(const Draft& draft) {
    if constexpr (std::is_same_v<Section, ServerSection>) return *draft.server;
    else if constexpr (std::is_same_v<Section, AcmeSection>) return *draft.acme;
    else if constexpr (std::is_same_v<Section, CaSection>) return *draft.ca;
    else if constexpr (std::is_same_v<Section, SiteSection>) return *draft.site;
    else if constexpr (std::is_same_v<Section, NotifySection>) return *draft.notify;
    else if constexpr (std::is_same_v<Section, HooksSection>) return *draft.hooks;
    else return *draft.admin;
}

// The member that `M` (such as &ServerSection::http) points to, in the section at hand.
template <auto M>
auto& member(const Draft& draft) {
    return section_in<decltype(section_of(M))>(draft).*M;
}

// What each type does with the text; defined in bindings.cpp.
Result<void> take_addresses(std::vector<net::Address>& into, std::string_view value);
Result<void> take_number(int& into, std::string_view value, int least, int most);
Result<void> take_account(std::string& into, std::string_view value);
Result<void> take_state(std::string& into, std::string_view value);
Result<void> take_log(std::string& into, std::string_view value);
Result<void> take_access_log(std::string& into, std::string_view value);
Result<void> take_access_format(std::string& into, std::string_view value);
Result<void> take_resolver(std::string& into, std::string_view value);
Result<void> take_level(LogLevel& into, std::string_view value);
Result<void> take_ca_list(std::vector<std::string>& into, std::string_view value);
Result<void> take_ca(std::string& into, std::string_view value);
Result<void> take_ca_url(std::string& into, std::string_view value);
Result<void> take_email(std::string& into, std::string_view value);
Result<void> take_ca_file(std::string& into, std::string_view value, const Draft& draft);
Result<void> take_root(std::string& into, std::string_view value, const Draft& draft);
Result<void> take_index(std::string& into, std::string_view value);
Result<void> take_key_types(std::vector<crypto::KeyType>& into, std::string_view value);
std::string show_key_types(const std::vector<crypto::KeyType>& types);
Result<void> take_chain(std::string& into, std::string_view value);
Result<void> take_profiles(std::vector<std::string>& into, std::string_view value);
Result<void> take_kid(std::string& into, std::string_view value);
Result<void> take_mac_key(SecretKey& into, std::string_view value);
Result<void> take_mac_key_file(SecretKey& into, std::string_view value, const Draft& draft);
std::string show_mac_key(const SecretKey& key);
Result<void> take_challenges(std::vector<std::string>& into, std::string_view value);
Result<void> take_renew_at(std::string& into, std::string_view value);
Result<void> take_name(std::string& into, std::string_view value);
Result<void> take_names(std::vector<std::string>& into, std::string_view value);
Result<void> take_certificate(SiteSection::Certificate& into, std::string_view value);
std::string show_level(LogLevel level);
std::string show_certificate(SiteSection::Certificate certificate);

namespace bind {

// A type whose value is text again: TAKE checks and stores it.
template <auto M, auto Take>
inline constexpr Binding kChecked{
    [](Draft& draft, std::string_view value) -> Result<void> { return Take(member<M>(draft), value); },
    [](const Draft& draft) { return member<M>(draft); }};

template <auto M, auto Take>
inline constexpr Binding kPath{
    [](Draft& draft, std::string_view value) -> Result<void> { return Take(member<M>(draft), value, draft); },
    [](const Draft& draft) { return member<M>(draft); }};

// The twin of a secret key: the file that holds it.
template <auto M, auto Take>
inline constexpr Binding kSecretFile{
    [](Draft& draft, std::string_view value) -> Result<void> { return Take(member<M>(draft), value, draft); },
    [](const Draft& draft) { return member<M>(draft).file; }};

template <auto M, auto Take>
inline constexpr Binding kList{
    [](Draft& draft, std::string_view value) -> Result<void> { return Take(member<M>(draft), value); },
    [](const Draft& draft) { return join(member<M>(draft), ", "); }};

// A type with a text of its own: SHOW makes it.
template <auto M, auto Take, auto Show>
inline constexpr Binding kTyped{
    [](Draft& draft, std::string_view value) -> Result<void> { return Take(member<M>(draft), value); },
    [](const Draft& draft) { return std::string(Show(member<M>(draft))); }};

template <auto M>
inline constexpr Binding kAddresses = kTyped<M, take_addresses, print_addresses>;

// A number, or the word that stands for `kSpecial` and needs no number.
template <auto M, int kLeast, int kMost, const char* kWord, int kSpecial>
inline constexpr Binding kNumber{
    [](Draft& draft, std::string_view value) -> Result<void> {
        if (value != kWord) TRY_VOID(take_number(member<M>(draft), value, kLeast, kMost));
        if (value == kWord || value == "0") member<M>(draft) = kSpecial;  // 0 gets here where kLeast lets it
        return {};
    },
    [](const Draft& draft) {
        const int number = member<M>(draft);
        return number == kSpecial ? std::string(kWord) : std::to_string(number);
    }};

template <auto M>
inline constexpr Binding kYesNo{
    [](Draft& draft, std::string_view value) -> Result<void> {
        TRY(member<M>(draft), parse_yes_no(value));
        return {};
    },
    [](const Draft& draft) { return print_yes_no(member<M>(draft)); }};

}  // namespace bind

}  // namespace postern::config
