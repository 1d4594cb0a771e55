#include "firmware/config_name.h"

#include <sys/stat.h>

#include <climits>
#include <cstdlib>

namespace postern {

admin::ConfigName name_config(const std::string& file) {
    admin::ConfigName name;
    char real[PATH_MAX];
    name.path = realpath(file.c_str(), real) != nullptr ? std::string(real) : file;
    struct stat entry {};
    if (stat(file.c_str(), &entry) != 0) return name;
    name.device = entry.st_dev;
    name.inode = entry.st_ino;
    return name;
}

bool is_meant(const admin::ConfigName& running, const admin::ConfigName& meant) {
    if (meant.path.empty() || meant.path == running.path) return true;
    return meant.inode != 0 && meant.inode == running.inode && meant.device == running.device;
}

}  // namespace postern
