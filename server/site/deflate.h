// Compresses what is sent often. The one place that knows zlib. Used by static_files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::site {

// A gzip file (RFC 1952) of `bytes`, the same each time. Nothing where it would not save a tenth at least, and without memory.
// Takes the loop's time: for up to limits::kPackedFile bytes.
std::optional<std::string> gzip(std::string_view bytes);

}  // namespace postern::site
