// The bodies that speak of names which nobody has configured yet. For the first start of a device.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/first_site.h"

namespace postern::admin {

// "", {} or {"names":[...]}: none for the first two. Nothing: it is something else, or over 64 kB.
std::optional<std::vector<std::string>> read_names_request(std::string_view body);

struct FirstRequest {
    std::vector<std::string> names;  // as sent
    bool agree_tos = false;
    std::string email, ca;           // empty: not sent
};
// {"names":[...],"agree_tos":BOOL,"email":TEXT,"ca":TEXT}; the last two may be missing. Nothing: it is something else.
std::optional<FirstRequest> read_first_request(std::string_view body);

}  // namespace postern::admin
