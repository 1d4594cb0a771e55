// What the admin API can ask of the running server, as an interface that firmware/compose fills.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "acme/status.h"
#include "acme/worker.h"
#include "firmware/admin/probe.h"
#include "server/base/result.h"

namespace postern::admin {

struct ServerFacts {
    long long uptime_s = 0;
    struct Listener {
        std::string kind, address;
    };
    std::vector<Listener> listeners;
    unsigned long long connections = 0;         // open now
    unsigned long long requests = 0;            // since the start
    unsigned long long handshakes = 0, failed_handshakes = 0;
    unsigned long long swaps = 0;               // certificates replaced while running
    unsigned long long state_bytes_written = 0;
};

// Which configuration is meant by who asks for a reload: its path, and the file itself, which keeps its number wherever one
// looks from (another folder, a link, a chroot).
struct ConfigName {
    std::string path;                         // empty: the one that runs, whichever it is
    unsigned long long device = 0, inode = 0;
};

class Control {
public:
    virtual ~Control() = default;
    virtual std::shared_ptr<const acme::StatusSnapshot> status() const = 0;
    virtual ServerFacts facts() const = 0;
    virtual Result<std::string> ask(acme::Task task) = 0;  // a job's id
    virtual Result<acme::JobView> job(const std::string& id) const = 0;
    virtual Result<std::string> reload(const ConfigName& meant) = 0;  // what was changed, or every fault of the file
    virtual Result<Probe> open_probe(Seconds life) = 0;  // kRetry when too many hang already
    virtual Result<std::vector<Visit>> visits(const std::string& token) const = 0;  // oldest first; kAdmin: no such probe
    virtual void close_probe(const std::string& token) = 0;
    virtual void stop() = 0;                                          // begins to drain
};

}  // namespace postern::admin
