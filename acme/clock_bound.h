// The lower bound of the clock as a state folder tells it, for who looks without a running server: `status`, `monitor`, the
// preflight. The keeper has the same in memory (known_clock.h).
#pragma once

#include <string>

#include "server/base/clock.h"
#include "server/base/files.h"

namespace postern::acme {

// The newest of: this program was built, a good time was saved, a certificate below archive/ was issued. What cannot be read
// (others than the server's user may not read all of it) says nothing. Changes nothing.
WallTime clock_bound_of(FileSystem& files, const std::string& state);

}  // namespace postern::acme
