// Whether a folder can be the state folder: empty, or made by us. Asked before anything is made or given away in it, for a
// mistyped `state` may name somebody's home. Only looks at names.
#pragma once

#include <string>

#include "server/base/files.h"

namespace postern::config {

// The first name (by alphabet) that shows that `folder` belongs to something else; empty when there is none, when the
// folder does not exist, or when it may not be listed.
std::string foreign_entry(FileSystem& files, const std::string& folder);

}  // namespace postern::config
