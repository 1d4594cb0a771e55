// A path of a request or the name of a file as text again: for a Location, for a page. Used by handlers that write those.
#pragma once

#include <string>
#include <string_view>

namespace postern::site {

// Percent-encoded where a URI asks for it; '/' stays.
std::string encode_path(std::string_view decoded);

// As text of an HTML page or the value of an attribute in it: marked up signs are escaped, what is no UTF-8 or a control
// character is shown as U+FFFD.
std::string html_text(std::string_view text);

}  // namespace postern::site
