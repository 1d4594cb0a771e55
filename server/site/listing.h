// What lies in a folder, as a plain page: for folders without an index file where the site wants that. Used by static_files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/site/file_cache.h"

namespace postern::site {

// Of the folder `folder` below `root` ("" : the root itself; without a slash at either end), shown under `path`, as the
// request has it. Names that begin with a dot are left out, as are symlinks that lead out of the root and all that is
// neither file nor folder. Reads no more than limits::kListed names and says so: it runs on a loop thread. False when there
// is no such folder, or it cannot be read.
bool list_folder(int root, const std::string& folder, std::string_view path, CachedFile& out);

}  // namespace postern::site
