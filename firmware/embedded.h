// The files built into the binary, as server/site wants them: the joint between www and site.
#pragma once

#include <string_view>
#include <vector>

#include "server/site/assets.h"

namespace postern {

// Those whose path begins with `folder` ("default/"), named without it: "/index.html".
std::vector<site::EmbeddedFile> embedded_files(std::string_view folder);

}  // namespace postern
