// What is counted for who watches the server, in one place: the counts themselves, the metrics made of them, and the history
// for the graphs. Part of the composition.
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "acme/status.h"
#include "acme/tally.h"
#include "firmware/cert_desk.h"
#include "firmware/metrics/history.h"
#include "firmware/metrics/snapshot.h"
#include "server/base/clock.h"
#include "server/base/files.h"
#include "server/base/published.h"
#include "server/front/front.h"
#include "server/http/answer_counts.h"

namespace postern {

struct WatchParts {
    const Clock& clock;
    FileSystem& files;
    const Published<acme::StatusSnapshot>& status;
    const CertDesk& desk;
};

class Watch {
public:
    explicit Watch(WatchParts parts) : parts_(parts), began_(parts.clock.steady()) {}

    http::AnswerBook& answers() { return answers_; }
    acme::Tally& tally() { return tally_; }
    // Both outlive this, or all that asks it. Once, before they serve.
    void look_at(const front::Front& sites, const front::Front& admin) {
        sites_ = &sites;
        admin_ = &admin;
    }

    std::string metrics() const;  // for Prometheus; any thread
    void sample();                // for the history, every few seconds
    metrics::Series history(metrics::Span span) const;

private:
    metrics::Snapshot snapshot() const;
    WallTime start_time() const;

    WatchParts parts_;
    const SteadyTime began_;
    mutable std::atomic<long long> start_time_{0};  // as it was told last; 0: never
    http::AnswerBook answers_;
    acme::Tally tally_;
    const front::Front *sites_ = nullptr, *admin_ = nullptr;
    mutable std::mutex mutex_;  // of the history
    metrics::History history_;
};

}  // namespace postern
