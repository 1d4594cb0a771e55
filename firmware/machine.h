// The outside of the running server, handed in by serve.cpp.
#pragma once

#include "server/base/clock.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/random.h"

namespace postern {

struct Machine {
    const Clock& clock;
    FileSystem& files;
    Random& random;
    Log& log;
};

}  // namespace postern
