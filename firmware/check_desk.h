// What `check --preflight` and `check --probe` share: a page that hangs on the running server, or on ports of our own when
// none runs, and who came to see it.
#pragma once

#include <memory>
#include <optional>

#include "acme/preflight/sights.h"
#include "firmware/checks/own_doors.h"
#include "firmware/client.h"
#include "firmware/options.h"
#include "firmware/probe_book.h"
#include "firmware/token_board.h"

namespace postern {

class CheckDesk {
public:
    // Asks the server of this configuration; without one it binds the ports and gives root up. Fails only when neither can
    // be tried at all; a port that cannot be had is told by door().
    static Result<std::unique_ptr<CheckDesk>> open(const config::Config& config, bool verbose, Seconds life);
    ~CheckDesk();  // takes the page down

    bool by_server() const { return !doors_; }
    const admin::Probe& probe() const { return probe_; }
    acme::preflight::DoorSight door(bool secure) const;
    Result<std::vector<admin::Visit>> visits() const;

    const Clock& clock() const { return clock_; }
    FileSystem& files() { return files_; }
    Random& random() { return random_; }

private:
    CheckDesk(const config::Config& config, bool verbose);
    Result<bool> ask_server(Seconds life);  // false: none runs
    Result<void> open_doors(Seconds life);

    const config::Config& config_;
    Client client_;
    SystemClock clock_;
    SystemFiles files_;
    SystemRandom random_;
    Log log_;
    ProbeBook book_;
    ChallengeUpstream upstream_{clock_, random_, log_};  // asks nobody
    TokenBoard board_;
    admin::Probe probe_;
    std::unique_ptr<checks::OwnDoors> doors_;
};

}  // namespace postern
