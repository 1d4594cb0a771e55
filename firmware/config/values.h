// Values of the INI from text to type, strictly. An error says what is wrong; what is allowed stands in the key's row of
// the table. Used by the bindings of the keys; knows no key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "acme/wanted.h"
#include "server/base/result.h"
#include "server/net/address.h"

namespace postern::config {

// "'TEXT' is not valid"
Error not_valid(std::string_view text);
// The same with "; did you mean X?" when one of `words` is near.
Error not_valid(std::string_view text, const std::vector<std::string_view>& words);
// For what a later version of Postern will take: "WHAT is known, but not in this version yet".
Error comes_later(std::string_view what);

Result<bool> parse_yes_no(std::string_view text);
Result<int> parse_number(std::string_view text, int least, int most);
std::string print_duration(long long seconds);            // "90s", "5m"
Result<long long> parse_duration(std::string_view text);  // "30s" "5m" "2h" "7d" to seconds, at most 100 years
Result<acme::RenewAt> parse_renew_at(std::string_view text);  // "1/3" or "30d"
Result<std::vector<std::string>> parse_list(std::string_view text);  // comma-separated, no empty and no double item
Result<net::Address> parse_address(std::string_view text);  // net::Address with more help for what people write
Result<std::string> parse_email(std::string_view text);     // RFC 5321's addr-spec without quoting, as CAs take it
Result<std::string> parse_ca_url(std::string_view text);    // https://HOST[:PORT]/PATH, the host no IP address

std::string print_yes_no(bool value);
std::string print_addresses(const std::vector<net::Address>& addresses);  // "off" when empty

}  // namespace postern::config
