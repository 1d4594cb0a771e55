#include "firmware/watch.h"

#include <cstdlib>

#include "firmware/metrics/exposition.h"
#include "firmware/process/own_figures.h"

namespace postern {

namespace {

constexpr long long kClockTrembles = 2;  // seconds: the two clocks are read one after the other, and the wall's is slewed

void add_front(metrics::Snapshot& snapshot, const front::Stats& stats) {
    metrics::Handshakes& sum = snapshot.handshakes;
    sum.tls12 += stats.handshakes_by[front::handshake_place(false, false)];
    sum.tls12_resumed += stats.handshakes_by[front::handshake_place(false, true)];
    sum.tls13 += stats.handshakes_by[front::handshake_place(true, false)];
    sum.tls13_resumed += stats.handshakes_by[front::handshake_place(true, true)];
    sum.failed += stats.failed_handshakes;
    for (std::size_t i = 0; i < front::kConnectionStates; ++i)
        snapshot.connections[std::string(name_of(static_cast<front::ConnectionState>(i)))] += stats.in_state[i];
}

void add_certificates(metrics::Snapshot& snapshot, const acme::StatusSnapshot& status, const acme::Tally& tally) {
    const auto renewals = tally.renewals();
    for (const acme::CertStatus& certificate : status.certificates) {
        metrics::Certificate& one = snapshot.certificates[certificate.name];
        if (certificate.facts) one.not_after = certificate.facts->not_after;
        one.next_attempt = certificate.next_attempt;
        one.renewable = certificate.kind == "acme";
    }
    for (const auto& [name, counted] : renewals) {
        snapshot.certificates[name].renewed = counted.ok;
        snapshot.certificates[name].failed = counted.failed;
    }
}

}  // namespace

// By the wall's clock as it is now, which may be set long after the start; but the same each time while it only trembles,
// for a change tells Prometheus of a restart.
WallTime Watch::start_time() const {
    const long long up = std::chrono::duration_cast<Seconds>(parts_.clock.steady() - began_).count();
    const long long now = parts_.clock.wall().time_since_epoch().count() - up;
    if (std::llabs(now - start_time_.load()) > kClockTrembles) start_time_.store(now);
    return WallTime(Seconds(start_time_.load()));
}

metrics::Snapshot Watch::snapshot() const {
    metrics::Snapshot snapshot;
    snapshot.answers = answers_.totals();
    for (const front::Front* front : {sites_, admin_})
        if (front != nullptr) add_front(snapshot, front->stats());
    snapshot.swaps = parts_.desk.swaps();
    snapshot.state_bytes_written = SystemFiles::bytes_written();
    if (const auto status = parts_.status.get()) add_certificates(snapshot, *status, tally_);
    for (const auto& [request, count] : tally_.requests()) snapshot.acme_requests[{request.ca, request.kind, request.status}] = count;
    const process::OwnFigures own = process::own_figures(parts_.files);
    snapshot.process = {start_time(), own.cpu_ms, own.resident_bytes, own.open_fds, own.max_fds};
    return snapshot;
}

std::string Watch::metrics() const { return metrics::to_text(snapshot()); }

void Watch::sample() {
    if (sites_ == nullptr) return;
    const front::Stats stats = sites_->stats();
    metrics::Totals totals{stats.requests, stats.handshakes, stats.open, stats.failed_handshakes};
    for (const auto& [site, by_status] : answers_.totals())
        for (auto at = by_status.lower_bound(500); at != by_status.end(); ++at) totals.errors += at->second;
    const SteadyTime now = parts_.clock.steady();
    std::lock_guard<std::mutex> hold(mutex_);
    history_.sample(now, totals);
}

metrics::Series Watch::history(metrics::Span span) const {
    std::lock_guard<std::mutex> hold(mutex_);
    return history_.series(span);
}

}  // namespace postern
