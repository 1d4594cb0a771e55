// `reload` and `stop`: what the running server is told to do.
#include <thread>

#include "acme/store/lock.h"
#include "firmware/admin/client_json.h"
#include "firmware/commands.h"
#include "firmware/config_name.h"
#include "firmware/console.h"
#include "firmware/door.h"
#include "server/base/limits.h"

namespace postern {

namespace {

constexpr int kExitFaulty = 2;
constexpr Millis kBetweenLooks{250};

// Until the server gave the state's lock back. Not ours to read: then nobody can be waited for.
void wait_for_end(const Door& door) {
    const auto most = (limits::kDrainTime + Millis(5000)) / kBetweenLooks;
    for (long i = 0; i < most; ++i) {
        const auto holder = acme::lock_holder(door.state + "/lock");
        if (!holder.ok()) return;
        if (*holder == 0) return print("stopped\n");
        std::this_thread::sleep_for(kBetweenLooks);
    }
    complain("it is still finishing");
}

}  // namespace

int run_reload(const Options& options) {
    const auto door = find_door(options);
    if (!door) return kExitFaulty;
    const auto reply = door->client.post("/api/v1/reload", admin::reload_request_json(name_config(options.config_file)));
    if (!reply.ok()) {
        complain_of(*door, reply.error());
        return 1;
    }
    if (reply->status == 200) {
        print(admin::read_result_json(reply->body) + "\n");
        return 0;
    }
    print_error(refusal_of(*reply) + "\n");
    return reply->status == 409 ? kExitFaulty : 1;  // 409: only the owner can mend it
}

int run_stop(const Options& options) {
    const auto door = find_door(options);
    if (!door) return 1;
    const auto reply = door->client.post("/api/v1/stop", "{}");
    if (!reply.ok()) {
        complain_of(*door, reply.error());
        return 1;
    }
    if (reply->status != 202) {
        complain(refusal_of(*reply));
        return 1;
    }
    print("stopping\n");
    wait_for_end(*door);
    return 0;
}

}  // namespace postern
