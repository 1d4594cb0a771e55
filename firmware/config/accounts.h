// Users and groups from /etc/passwd and /etc/group, read by ourselves: getpwnam(3) of a static glibc would load NSS
// plug-ins of another libc. Used when the configuration names whom to become.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/base/files.h"
#include "server/base/result.h"

namespace postern::config {

struct Identity {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

// `user` by name or number; `group` likewise, or empty for the user's own. A number needs no entry in the files, but then
// wants a group. Refuses root.
Result<Identity> find_identity(FileSystem& files, std::string_view user, std::string_view group);

}  // namespace postern::config
