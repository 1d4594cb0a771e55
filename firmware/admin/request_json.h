// The JSON bodies that the API takes. Each reader says nothing (std::nullopt) where the body is something else.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/first_site.h"

namespace postern::admin {

// The members of an object that has exactly these, all of them texts, in the order of `names`. Of `most` bytes at most.
std::optional<std::vector<std::string>> read_texts(std::string_view body, std::initializer_list<const char*> names, std::size_t most);

// "", {} or {"names":[...]}: none for the first two; names that nobody has configured yet. Of 64 kB at most.
std::optional<std::vector<std::string>> read_names_request(std::string_view body);

struct FirstRequest {
    std::vector<std::string> names;  // as sent
    bool agree_tos = false;
    std::string email, ca;           // empty: not sent
};
// {"names":[...],"agree_tos":BOOL,"email":TEXT,"ca":TEXT}; the last two may be missing.
std::optional<FirstRequest> read_first_request(std::string_view body);

}  // namespace postern::admin
