// What the keys of a site's content do with the text of the INI. Used by the table of keys through bindings.h. Those of
// repeatable keys add what one line says; show gives the lines again, one below the other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/config_keys.h"

namespace postern::config {

Result<void> take_moved(std::vector<site::MovedRule>& into, std::string_view value);    // "/old new [code]"
Result<void> take_alias(std::vector<AliasRule>& into, std::string_view value, const Draft& draft);  // "/prefix FOLDER"
Result<void> take_header(std::vector<site::OwnField>& into, std::string_view value);    // "Name: value"
Result<void> take_mime(std::vector<site::MimeRule>& into, std::string_view value);      // ".ext type"
Result<void> take_size(int& into, std::string_view value);                              // "512", "16k", "4m"
Result<void> take_limit(int& into, std::string_view value);                             // likewise, or "off", which is 0
Result<void> take_types(std::vector<std::string>& into, std::string_view value);        // "text/*, *+json, font/ttf"
Result<void> take_error_page(std::string& into, std::string_view value);
Result<void> take_cache_control(std::string& into, std::string_view value);

std::string show_size(int bytes);
std::string show_limit(int bytes);
std::string show_moved(const std::vector<site::MovedRule>& rules);
std::string show_aliases(const std::vector<AliasRule>& rules);
std::string show_headers(const std::vector<site::OwnField>& fields);
std::string show_mime(const std::vector<site::MimeRule>& rules);

// What the values of several such keys have in common.
std::string_view next_word(std::string_view& text);       // takes the first word off the front of `text`
Result<std::string> take_prefix(std::string_view text);   // a path, decoded, and all below it: "/a", or "" for "/"

}  // namespace postern::config
