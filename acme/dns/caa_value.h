// The value of an `issue` or `issuewild` property (RFC 8659 section 4.2): the CA's name and its parameters. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postern::acme::dns {

struct IssueValue {
    std::string issuer;  // lower case; empty: nobody may issue
    std::vector<std::pair<std::string, std::string>> parameters;  // tag in lower case, value

    // The value of the parameter; `twice` is set when there are several (RFC 8657 sections 3 and 4: that fits nobody).
    std::optional<std::string> parameter(std::string_view tag, bool& twice) const;
};

// Nothing when the value is not of the grammar: such a property fits nobody.
std::optional<IssueValue> parse_issue_value(std::string_view value);

}  // namespace postern::acme::dns
