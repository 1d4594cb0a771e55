// Responses made of an open file: read whole and prebuilt, or read as the peer takes it. Used by static_files.
#pragma once

#include <cstddef>

#include "server/base/unique_fd.h"
#include "server/http/range.h"
#include "server/site/file_cache.h"

namespace postern::site {

// A file to be sent, looked at but not yet read.
struct OpenFile {
    UniqueFd fd;
    FileStamp stamp;
    FileFacts facts;
};

// Reads all of it. False when it is shorter than its stamp says: it is being changed at this moment.
bool read_file(OpenFile file, Variant& out);

// The same bytes in gzip's coding, under a tag of their own; null where that would not be worth it.
std::shared_ptr<const Variant> gzip_of(const Variant& plain);

// 200, the content read in pieces while it is sent. Bytes that are appended meanwhile are not sent; when bytes are cut
// off, the message ends short and the connection with it.
http::Response stream_file(OpenFile file);

// 304 of a file that is not cached.
http::Response not_modified(const FileFacts& facts);

// 206 with one part, or with several as multipart/byteranges; 416. `ranges` is of one of these two kinds.
http::Response partial_file(OpenFile file, const http::RangeSet& ranges);
http::Response partial_cached(const Variant& file, const http::RangeSet& ranges);

}  // namespace postern::site
