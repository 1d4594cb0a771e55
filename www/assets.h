// The files of this folder, embedded into the program by tools/embed_assets.
// Used by server/site (first page, 404) and firmware/admin.  The caller maps a
// path's ending to a media type; nothing here knows HTTP.
#pragma once

#include <span>
#include <string_view>

namespace postern::www {

// All views live as long as the program.
struct Asset {
  std::string_view path;  // relative to www/, as "admin/index.html"
  std::string_view data;  // empty where only `gzip` is kept: of the admin page scripts, styles and the API's description
  std::string_view gzip;  // the same, compressed; empty where that saves too little, and of the admin's .html
  std::string_view etag;  // strong, with its quotes, from the SHA-256 of data
};

// Sorted by path.
std::span<const Asset> assets();

// nullptr when there is none.
const Asset* find(std::string_view path);

}  // namespace postern::www
