// Responses made of an open file: read whole and prebuilt, or read as the peer takes it. Used by static_files.
#pragma once

#include <cstddef>
#include <string_view>

#include "server/base/unique_fd.h"
#include "server/site/file_cache.h"

namespace postern::site {

// A file to be sent, looked at but not yet read.
struct OpenFile {
    UniqueFd fd;
    FileStamp stamp;
    FileFacts facts;
    std::string_view media_type;
};

// Reads all of it. False when it is shorter than its stamp says: it is being changed at this moment.
bool read_file(const OpenFile& file, CachedFile& out);

// 200, the content read in pieces while it is sent. Bytes that are appended meanwhile are not sent; when bytes are cut
// off, the message ends short and the connection with it.
http::Response stream_file(OpenFile file);

// 304 of a file that is not cached.
http::Response not_modified(const FileFacts& facts);

}  // namespace postern::site
