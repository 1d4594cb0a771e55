// Request targets and authorities, taken apart strictly (RFC 9112 section 3.2, RFC 3986). Used by the session's parser.
// Does no lookup and keeps nothing: results are views into the input or into the caller's buffers.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace postern::http {

inline constexpr std::size_t kHostSize = 255;  // the longest DNS name

// A host as it may be compared: lower case, without port, without brackets, without a final dot.
struct Authority {
    std::string_view host;   // views `room`
    std::uint16_t port = 0;  // 0: none was given
};

// "HOST", "HOST:", "HOST:PORT", "[IPv6]:PORT". False for anything else: empty, userinfo, escapes, empty labels, port 0.
// `room` holds at least kHostSize bytes.
bool parse_authority(std::string_view text, std::span<char> room, Authority& out);

enum class TargetForm : std::uint8_t { kOrigin, kAbsolute, kAsterisk };

// The parts of a target, as sent.
struct Target {
    TargetForm form = TargetForm::kOrigin;
    std::string_view authority;  // of the absolute form
    std::string_view path;       // begins with '/', or is "*"
    std::string_view query;      // without '?'
    bool has_query = false;
    bool https = false;          // the absolute form's scheme
};

// `text` holds visible ASCII only. False for every other form (authority-form too), another scheme than http(s), and '#'.
bool split_target(std::string_view text, Target& out);

struct DecodedPath {
    std::string_view path;       // begins with '/'; a view of `raw` itself where nothing had to change
    bool encoded_slash = false;  // held "%2F" or "%5C", which stay in `path` as sent: they are no separators
    bool above_root = false;     // climbed over "/": what is left in `path` is no file's
};

// Decodes escapes, merges slashes and resolves "." and "..", which at the root stays there (RFC 3986 section 5.2.4).
// False for a bad escape, a decoded control character, or a character that no path holds.
// `room` holds at least raw.size() bytes.
bool decode_path(std::string_view raw, std::span<char> room, DecodedPath& out);

}  // namespace postern::http
