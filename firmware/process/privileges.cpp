#include "firmware/process/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace postern::process {

namespace {

// A descriptor costs nothing until it is used, but some kernels' hard limit is a billion, and sizes are made from this.
constexpr rlim_t kMostFiles = 1u << 20;

Error failed(const std::string& what) { return Error::system(what, errno); }

Result<void> prove(std::uint32_t uid, std::uint32_t gid) {
    uid_t real = 0, effective = 0, saved = 0;
    gid_t real_group = 0, effective_group = 0, saved_group = 0;
    if (getresuid(&real, &effective, &saved) != 0 || getresgid(&real_group, &effective_group, &saved_group) != 0)
        return failed("reading back the user's ids");
    const bool became = real == uid && effective == uid && saved == uid && real_group == gid && effective_group == gid &&
                        saved_group == gid;
    if (!became) return Error::bug("privileges were dropped, but the ids are not those asked for");
    if (setuid(0) == 0 || setgid(0) == 0) return Error::bug("privileges were dropped, but could be taken back");
    return {};
}

// Capabilities that a service manager lent us for the ports (CAP_NET_BIND_SERVICE) are given back too. Root stays root
// only as process 1, where there is nobody else to be.
Result<void> drop_capabilities() {
    if (geteuid() == 0) return {};
    // kernels before 4.3 have no ambient set
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL) return failed("ambient capabilities");
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    if (syscall(SYS_capset, &header, none) != 0) return failed("giving up capabilities");
    return {};
}

}  // namespace

bool must_become_somebody() { return geteuid() == 0 && getpid() != 1; }

// The groups first: without root they could no longer be changed.
Result<void> become(std::uint32_t uid, std::uint32_t gid) {
    const gid_t group = gid;
    if (setgroups(1, &group) != 0) return failed("giving up root's groups");
    if (setresgid(gid, gid, gid) != 0) return failed("becoming group " + std::to_string(gid));
    if (setresuid(uid, uid, uid) != 0) return failed("becoming user " + std::to_string(uid));
    return prove(uid, gid);
}

Result<void> harden() {
    umask(027);
    TRY_VOID(drop_capabilities());
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("PR_SET_DUMPABLE");
    return {};
}

Result<std::uint64_t> raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return failed("reading the limit on open files");
    const rlim_t wanted = limit.rlim_max < kMostFiles ? limit.rlim_max : kMostFiles;
    if (limit.rlim_cur >= wanted) return static_cast<std::uint64_t>(limit.rlim_cur);
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return failed("raising the limit on open files");
    return static_cast<std::uint64_t>(wanted);
}

}  // namespace postern::process
