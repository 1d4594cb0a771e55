// Paths that the configuration names, for access_check, which tries to read them as who serves would.
#pragma once

#include <string>

namespace postern::config {

// A file or folder outside the state folder that who serves must be able to read, and where it is named.
struct NamedPath {
    int line = 0;
    std::string section, key, path;
    bool folder = false;
};

}  // namespace postern::config
