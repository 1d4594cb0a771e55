// Looks for what would spoil a first order while that is being placed: on a thread of its own, so that nothing waits for it.
// Findings are logged and stand in the status as advice; they stop nothing. Part of the composition.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "acme/preflight/finding.h"
#include "acme/protocol/transport.h"
#include "acme/status.h"
#include "firmware/admin/control.h"
#include "firmware/config/config.h"
#include "firmware/probe_book.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/thread.h"
#include "server/base/waiting.h"

namespace postern {

struct AdvisorParts {
    const Clock& clock;
    FileSystem& files;
    Random& random;
    Log& log;
    ProbeBook& probes;
    std::function<std::unique_ptr<acme::Transport>(const std::string& ca_file)> connect;
};

class Advisor {
public:
    explicit Advisor(AdvisorParts parts) : parts_(std::move(parts)) {}
    ~Advisor() { stop(); }

    void start();                                   // the thread
    void set_config(const config::Config& config);  // that runs
    void look(const std::string& certificate);      // soon; the certificate's folder. Never blocks
    void look_now(const std::string& certificate);  // what the thread does with each
    // For all certificates, or for one with these names that nobody has configured yet, and every check; `ended` is told on the
    // thread. kAdmin while one runs or waits.
    Result<void> look_at_all(std::vector<std::string> names, std::function<void()> ended);
    admin::Preflight last() const;                  // of those
    void stop();                                    // ends a look within moments; for good, safe twice

    // The same snapshot, or one with the advice for the certificates that are still waited for.
    std::shared_ptr<const acme::StatusSnapshot> add_to(std::shared_ptr<const acme::StatusSnapshot> status) const;

private:
    void loop();
    struct Look {
        std::string certificate;         // its folder; empty: all
        std::vector<std::string> names;  // or these, in one certificate
        bool whole = false;
    };
    std::optional<std::vector<acme::preflight::Finding>> find(const Look& look);
    void look_now_at_all();
    void keep(const std::string& certificate, const std::vector<acme::preflight::Finding>& findings);

    AdvisorParts parts_;
    Cancel cancel_;
    mutable std::mutex mutex_;  // of all below
    std::shared_ptr<const config::Config> config_;
    std::deque<std::string> queue_;
    std::map<std::string, std::vector<std::string>> advice_;  // by certificate
    acme::Transport* transport_ = nullptr;                    // in use
    admin::Preflight all_;
    std::vector<std::string> all_names_;  // of the one that runs or waits
    std::function<void()> all_ended_;
    bool stopped_ = false;
    std::condition_variable wake_;
    Thread thread_;
};

}  // namespace postern
