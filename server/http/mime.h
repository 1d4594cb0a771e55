// Media types by file name (what browsers expect of each, charset included). Used by the handlers that serve files.
#pragma once

#include <string_view>

namespace postern::http {

// The Content-Type for a file of that name; text is said to be UTF-8. "application/octet-stream" when unknown.
std::string_view media_type(std::string_view file_name);

}  // namespace postern::http
