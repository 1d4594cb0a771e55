// What each type of value does with the text of the INI: checks it and stores it, or says what is wrong. Used by the table
// of keys through bindings.h; defined in bindings.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config_keys.h"

namespace postern::config {

// A path of the INI; a relative one begins at the INI's folder. `path` is not empty.
std::string full_path(std::string_view path, const Draft& draft);

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
Result<void> take_challenges(std::vector<std::string>& into, std::string_view value);
Result<void> take_renew_at(std::string& into, std::string_view value);
Result<void> take_hsts(std::string& into, std::string_view value);
Result<void> take_name(std::string& into, std::string_view value);
Result<void> take_names(std::vector<std::string>& into, std::string_view value);
Result<void> take_certificate(CertSource& into, std::string_view value, const Draft& draft);
std::string show_level(LogLevel level);
std::string show_certificate(const CertSource& source);

}  // namespace postern::config
