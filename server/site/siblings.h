// Compressed copies that lie beside a file: "a.js.br", "a.js.zst", "a.js.gz". Like nginx's gzip_static they are trusted to
// hold what their name says. Used by static_files.
#pragma once

#include <array>
#include <string>

#include "server/site/accept_encoding.h"
#include "server/site/file_response.h"

namespace postern::site {

using Siblings = std::array<OpenFile, kPackedCodings>;  // by Coding; without a descriptor where there is none

// Whether a file of that type and name can have any. Pictures, sound and films are compressed in themselves.
bool may_have_siblings(std::string_view media_type, std::string_view name);

// Of the file `path` below `root`: regular files beneath the root, with their stamps.
Siblings open_siblings(int root, const std::string& path);

// What is said of a coded copy of a file: as of the file, but with a tag of its own. `stamp`: of the copy.
FileFacts coded_facts(const FileFacts& plain, FileFacts of_copy, Coding coding);

}  // namespace postern::site
