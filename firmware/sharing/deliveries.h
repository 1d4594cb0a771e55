// Takes renewed certificates to others ([deploy NAME]): runs each receiver's command until it has succeeded once for the
// certificate that serves now, over restarts and power cuts (state/deliveries.json). A thread of its own, which may block; what
// goes wrong here is said and keeps nobody from anything.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "acme/pauser.h"
#include "acme/status.h"
#include "firmware/config/sharing_config.h"
#include "firmware/process/owner_command.h"
#include "firmware/sharing/delivery_book.h"
#include "firmware/sharing/delivery_view.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/published.h"
#include "server/base/random.h"
#include "server/base/thread.h"

namespace postern::sharing {

struct DeliveriesParts {
    const Clock& clock;
    FileSystem& files;
    Random& random;
    Log& log;
    const Published<acme::StatusSnapshot>& status;
    std::string state;                // deliveries.json and live/ are in it
    std::string home;                 // the commands' variable HOME
    process::CommandRunner runner{};  // empty: process::run_command
};

class Deliveries {
public:
    Deliveries(DeliveriesParts parts, std::vector<config::DeploySection> receivers);
    ~Deliveries();  // stop()

    void start();
    void stop();                    // a command under way has little time left; safe twice
    void finish();                  // ends the thread as well, but delivers first what is due: for a `renew` that works alone
    void wake() { pauser_.wake(); }  // the status has changed
    void set(std::vector<config::DeploySection> receivers);  // after a reload: what failed is tried again at once
    std::vector<DeliveryView> views() const;     // in the order of the INI; any thread
    std::vector<std::string> troubles() const;   // a sentence for each that failed; any thread

    // What the thread does: delivers what is due, one after the other, and gives the moment of the next round.
    SteadyTime round();

private:
    void take_receivers();
    void load();
    void save();
    void deliver(const config::DeploySection& receiver, const acme::CertStatus& certificate, Delivery& entry);
    std::optional<WallTime> look(const config::DeploySection& receiver, const std::string& lineage, const acme::StatusSnapshot& status);
    void publish();

    DeliveriesParts parts_;
    acme::ConditionPauser pauser_;
    Cancel cancel_;
    Thread thread_;

    // the thread's
    std::vector<config::DeploySection> receivers_;
    DeliveryBook book_;
    bool loaded_ = false;
    bool save_failed_ = false;  // said once

    mutable std::mutex mutex_;  // of the two below
    std::optional<std::vector<config::DeploySection>> next_receivers_;
    std::vector<DeliveryView> views_;
};

}  // namespace postern::sharing
