// The path under which a request is passed on. What we matched is what the upstream sees: dot segments are resolved, however they
// were written, and slashes merged; escapes stay as sent (RFC 3986 section 6.2.2.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::proxy {

// Of a raw path that begins with '/' and does not climb above it. Nothing: it hides a dot segment behind an encoded slash or
// backslash, for a server that would decode it first, or before a ';', or holds a byte that no target does.
std::optional<std::string> settled_path(std::string_view raw);

// `settled` below `prefix` (as Route has it), as it is with another base, or itself without one.
std::string rebased_path(std::string_view settled, std::string_view prefix, const std::optional<std::string>& base);

}  // namespace postern::proxy
