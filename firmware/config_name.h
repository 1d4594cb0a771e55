// Whether the file that somebody means is the one that the running server reads. For `reload -c FILE`, on both sides of the
// control socket.
#pragma once

#include <string>

#include "firmware/admin/control.h"

namespace postern {

// Its absolute path, links resolved, and what identifies it; only the path as given when it cannot be looked at.
admin::ConfigName name_config(const std::string& file);

// The same file, by number or by path; also when nothing is named.
bool is_meant(const admin::ConfigName& running, const admin::ConfigName& meant);

}  // namespace postern
