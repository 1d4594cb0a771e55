#include "server/base/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "server/base/text.h"

namespace postern {

Result<UniqueFd> open_log_file(const std::string& path, std::optional<FileOwner> owner) {
    // A log may be opened by root in a folder that the served user can write: no symlink there may lead root astray.
    // Under /dev links are the system's own (/dev/stdout).
    const int follow = has_prefix(path, "/dev/") ? 0 : O_NOFOLLOW;
    // O_NONBLOCK: for a FIFO nobody reads; plain files do not mind it.
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | follow, 0640));
    if (!fd) return Error::system("log file " + path, errno);
    struct stat entry {};
    if (::fstat(fd.get(), &entry) != 0) return Error::system("log file " + path, errno);
    if (!S_ISREG(entry.st_mode)) return fd;
    // nor may a hard link: root would write into another file
    if (entry.st_nlink != 1)
        return Error::admin("log file " + path + ": it has a second name (a hard link); remove it, or choose another file");
    const bool just_made = entry.st_uid == 0 && entry.st_size == 0;
    if (owner && just_made && ::fchown(fd.get(), owner->uid, owner->gid) != 0) return Error::system("owner of log file " + path, errno);
    return fd;
}

}  // namespace postern
