// How a value of the INI gets into its member of Config and back: one pair of functions for each type of value. Used by
// the table of keys alone.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "firmware/config/config_keys.h"
#include "firmware/config/takers.h"
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
    else if constexpr (std::is_same_v<Section, SiteSection> || std::is_same_v<Section, SiteContent> ||
                       std::is_same_v<Section, SiteAccess>) return *draft.site;
    else if constexpr (std::is_same_v<Section, NotifySection>) return *draft.notify;
    else if constexpr (std::is_same_v<Section, HooksSection>) return *draft.hooks;
    else if constexpr (std::is_same_v<Section, DeploySection>) return *draft.deploy;
    else return *draft.admin;
}

// The member that `M` (such as &ServerSection::http) points to, in the section at hand.
template <auto M>
auto& member(const Draft& draft) {
    return section_in<decltype(section_of(M))>(draft).*M;
}

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

template <auto M, auto Take, auto Show>
inline constexpr Binding kPathTyped{
    [](Draft& draft, std::string_view value) -> Result<void> { return Take(member<M>(draft), value, draft); },
    [](const Draft& draft) { return std::string(Show(member<M>(draft))); }};

// A key that may stand several times.
template <auto M, auto Take, auto Show>
inline constexpr Binding kLines{kTyped<M, Take, Show>.take, kTyped<M, Take, Show>.show, true};

template <auto M, auto Take, auto Show>
inline constexpr Binding kPathLines{kPathTyped<M, Take, Show>.take, kPathTyped<M, Take, Show>.show, true};

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
