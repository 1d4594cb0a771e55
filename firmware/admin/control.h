// What the admin API can ask of the running server, as an interface that firmware/compose fills.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "acme/preflight/finding.h"
#include "acme/status.h"
#include "acme/worker.h"
#include "firmware/admin/probe.h"
#include "firmware/metrics/history.h"
#include "firmware/sharing/delivery_view.h"
#include "server/base/result.h"

namespace postern::admin {

struct ServerFacts {
    long long uptime_s = 0;
    struct Listener {
        std::string kind, address;
    };
    std::vector<Listener> listeners;
    struct Site {
        std::string name;                       // as in the configuration
        std::vector<std::string> names;
        std::string root;                       // empty: the embedded welcome page
        std::string canonical;                  // where its other names are sent; empty: none is
        bool redirect_http = true;
        std::vector<std::string> certificates;  // their names in the status
    };
    std::vector<Site> sites;
    unsigned long long connections = 0;         // open now
    unsigned long long requests = 0;            // since the start
    unsigned long long handshakes = 0, failed_handshakes = 0;
    unsigned long long swaps = 0;               // certificates replaced while running
    unsigned long long state_bytes_written = 0;
    std::vector<sharing::DeliveryView> deliveries;
};

// Which configuration is meant by who asks for a reload: its path, and the file itself, which keeps its number wherever one
// looks from (another folder, a link, a chroot).
struct ConfigName {
    std::string path;                         // empty: the one that runs, whichever it is
    unsigned long long device = 0, inode = 0;
};

// What stands in the way of certificates, as far as it was looked for.
struct Preflight {
    bool running = false;
    std::optional<WallTime> at;  // when the last one ended; nothing: none has
    std::vector<std::string> names;  // what it looked at; none: all that is configured
    std::vector<acme::preflight::Finding> findings;
};

// The access log as far as it is kept in memory.
struct RecentRequests {
    std::string where;               // [server] access_log: only with "ring" there are lines
    std::vector<std::string> lines;  // the newest last
};

// What a reload that was to begin something has led to.
struct Reloaded {
    std::string said;  // what was changed
    std::string job;   // empty: none could be begun, and `said` tells why
};

class Control {
public:
    virtual ~Control() = default;
    virtual std::shared_ptr<const acme::StatusSnapshot> status() const = 0;
    virtual ServerFacts facts() const = 0;
    virtual Result<std::string> ask(acme::Task task) = 0;  // a job's id
    virtual Result<acme::JobView> job(const std::string& id) const = 0;
    virtual Result<std::string> reload(const ConfigName& meant) = 0;  // what was changed, or every fault of the file
    // The same of the file that runs; what is new of it begins with a renewal of that certificate (its folder), which can be followed.
    virtual Result<Reloaded> reload_and_renew(const std::string& certificate) = 0;
    virtual Result<Probe> open_probe(Seconds life) = 0;  // kRetry when too many hang already
    virtual Result<std::vector<Visit>> visits(const std::string& token) const = 0;  // oldest first; kAdmin: no such probe
    virtual void close_probe(const std::string& token) = 0;
    virtual std::vector<std::string> log_lines(std::size_t most) const = 0;  // of the log's ring, the newest last
    virtual RecentRequests requests(std::size_t most) const = 0;
    // The served chain of a certificate as PEM, the leaf first. kAdmin: there is none on the disk. Blocks on a small file.
    virtual Result<std::string> chain_of(const std::string& certificate) const = 0;
    // Of all certificates, or, as if they were configured, of one with these names. kAdmin while one runs.
    virtual Result<void> begin_preflight(const std::vector<std::string>& names) = 0;
    virtual Preflight preflight() const = 0;     // the last one
    virtual std::vector<std::string> public_addresses() const = 0;  // of this machine's own interfaces, one of each family at most
    virtual metrics::Series history(metrics::Span span) const = 0;
    virtual void stop() = 0;                                          // begins to drain
};

}  // namespace postern::admin
