// `status` and `show`: from the running server, or from the disk.
#include "firmware/admin/client_json.h"
#include "firmware/admin/status_json.h"
#include "firmware/commands.h"
#include "firmware/config/plan.h"
#include "firmware/console.h"
#include "firmware/door.h"
#include "firmware/offline_status.h"
#include "firmware/status_text.h"

namespace postern {

namespace {

constexpr int kExitUnreadable = 3;

struct Seen {
    acme::StatusSnapshot status;
    std::string json;
};

// From the disk, where the whole configuration is needed to know what is wanted.
Result<Seen> look_at_disk(const Options& options, const Door& door) {
    SystemFiles files;
    auto read = config::read_config(files, options.config_file, false);
    if (!read.config) return Error::admin("the configuration is faulty: postern check");
    const WallTime now = SystemClock().wall();
    TRY(auto status, read_offline_status(files, door.state, config::make_plan(*read.config).certificates, now));
    const admin::ServerFacts nobody;
    std::string json = admin::status_json(status, nobody, now, POSTERN_VERSION);
    return Seen{std::move(status), std::move(json)};
}

Result<Seen> look(const Options& options, const Door& door) {
    auto reply = door.client.get("/api/v1/status");
    if (!reply.ok() && is_no_server(reply.error())) {
        auto seen = look_at_disk(options, door);
        complain(about_no_server(door) + (seen.ok() ? "; this is what the folder tells:" : ""));
        return seen;
    }
    if (!reply.ok()) return std::move(reply).error();
    if (reply->status != 200) return Error::retry(refusal_of(*reply));
    TRY(auto status, admin::read_status_json(reply->body));
    return Seen{std::move(status), std::move(reply->body)};
}

// The status for `status` and `show`; empty after the reason was told.
std::optional<Seen> see(const Options& options) {
    const auto door = find_door(options);
    if (!door) return std::nullopt;
    auto seen = look(options, *door);
    if (!seen.ok()) {
        complain_of(*door, seen.error());
        return std::nullopt;
    }
    auto picked = pick_certificates(seen->status, options.names);
    if (!picked.ok()) {
        complain(picked.error().text());
        return std::nullopt;
    }
    return Seen{std::move(*picked), std::move(seen->json)};
}

}  // namespace

int run_status(const Options& options) {
    const auto seen = see(options);
    if (!seen) return kExitUnreadable;
    const WallTime now = SystemClock().wall();
    print(options.json ? seen->json + "\n" : status_text(seen->status, now));
    return status_exit(seen->status, now);
}

int run_show(const Options& options) {
    const auto seen = see(options);
    if (!seen) return kExitUnreadable;
    const WallTime now = SystemClock().wall();
    print(certificate_text(seen->status.certificates.front(), now) + clock_text(seen->status));
    return status_exit(seen->status, now);
}

}  // namespace postern
