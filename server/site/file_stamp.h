// What tells one state of a file from another, and the validators made of it. Used by static_files and file_cache.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/clock.h"
#include "server/http/conditional.h"

struct stat;

namespace postern::site {

struct FileStamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;  // since 1970

    bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const struct stat& status);

// What a response says of a file.
struct FileFacts {
    std::string etag;           // strong: 64 bits mixed from the stamp, so that no inode number is told
    std::string modified_text;  // empty when the file claims to be from the future (RFC 9110 section 8.8.2.1)
    long long modified = 0;     // seconds since 1970
    std::string_view media_type{}, cache_control{};  // of whom serves it, or of a table
    std::string_view coding{};  // of Content-Encoding, as long as the program lives; empty: none
    bool varies = false;        // there are other codings of it

    http::Validators validators() const { return {etag, modified, modified_text}; }
};

FileFacts facts_of(const FileStamp& stamp, WallTime now);

// False while another write could leave the stamp as it is: file systems count time in ticks, some in whole seconds.
bool is_settled(const FileStamp& stamp, WallTime now);

}  // namespace postern::site
