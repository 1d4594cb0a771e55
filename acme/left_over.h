// Certificates on the disk that no site has configured any more. Read when the configuration or the disk has changed, never
// for a mere look at the status. For the keeper, and for `status` where no server runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "acme/status.h"
#include "acme/store/archive.h"

namespace postern::acme {

inline constexpr std::size_t kMostLeftOver = 100;  // as many as anybody reads; once some are deleted the others come up

// Those that `is_wanted` does not know, in the order of their names; kMostLeftOver at most. A certificate that cannot be read
// is told by its name alone, a folder that cannot be read is an empty one.
std::vector<LeftOver> find_left_over(Archive& archive, const std::function<bool(const std::string& name)>& is_wanted);

}  // namespace postern::acme
