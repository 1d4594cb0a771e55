#include "firmware/state_owner.h"

#include <unistd.h>

#include <cerrno>

#include "acme/store/lock.h"
#include "firmware/process/privileges.h"

namespace postern {

namespace {

// What root makes belongs to the user whom we become.
Result<void> give_away(const std::string& path, const config::ServerSection& server) {
    if (!server.identity) return {};
    if (lchown(path.c_str(), server.identity->uid, server.identity->gid) != 0 && errno != ENOENT)
        return Error::system("cannot give " + path + " to user " + server.user, errno);
    return {};
}

}  // namespace

std::string lock_path(const config::ServerSection& server) { return server.state + "/lock"; }

// The folder may be root's to make; whatever lies in it is the user's, and root does not touch it.
Result<void> prepare_state(FileSystem& files, const config::ServerSection& server) {
    Result<void> made = files.make_folders(server.state, 0750);
    if (!made.ok())
        return std::move(made).error().at("[server] state = " + server.state + " (make this folder writable for us, or choose another)");
    TRY_VOID(give_away(server.state, server));
    // told before a port in use is: that would follow from it
    TRY(const int holder, acme::lock_holder(lock_path(server)));
    if (holder == 0) return {};
    return Error::admin(lock_path(server) + ": another postern (process " + std::to_string(holder) +
                        ") uses this state folder; stop it, or give this one a `state` of its own");
}

Result<void> become_its_owner(const config::ServerSection& server) {
    if (server.identity) TRY_VOID(process::become(server.identity->uid, server.identity->gid));
    return process::harden();
}

}  // namespace postern
