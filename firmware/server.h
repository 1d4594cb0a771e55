// The running server: every long-lived part, made and joined here, ended in order. It is also what the admin API steers.
// serve.cpp takes it through start, privileges and signals; nothing else chooses implementations.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "acme/store/lock.h"
#include "acme/worker.h"
#include "firmware/admin/control.h"
#include "firmware/admin_access.h"
#include "firmware/admin_doors.h"
#include "firmware/advisor.h"
#include "firmware/cert_desk.h"
#include "firmware/cert_health.h"
#include "firmware/config/plan.h"
#include "firmware/file_watch.h"
#include "firmware/hooks.h"
#include "firmware/housekeeper.h"
#include "firmware/machine.h"
#include "firmware/notify/notifier.h"
#include "firmware/probe_book.h"
#include "firmware/sharing/deliveries.h"
#include "firmware/sharing/pull_desk.h"
#include "firmware/sites.h"
#include "firmware/token_board.h"
#include "firmware/watch.h"
#include "server/front/access_log.h"
#include "server/front/front.h"

namespace postern {

class Server final : public admin::Control {
public:
    Server(Machine machine, config::Config config);
    ~Server() override;  // as drain(0)

    // With the rights we were started with: binds all ports, opens all roots. Touches nothing in the state folder, which
    // belongs to the user whom we become.
    Result<void> bind();
    // With the rights we keep: reads the store and serves.
    Result<void> start(acme::StateLock lock);
    // Begins to look after the certificates: what was asked by ask() before comes first.
    void look_after();
    // Sends what the owner is to be told of what was done; may take a minute. Nothing is told after it.
    void tell_owner();
    // Finishes what is being answered, for at most `limit`.
    void drain(Millis limit);

    // What the owner is to do before he can use the admin page, for the console; empty: nothing.
    std::string invitation() const;
    std::string addresses() const;  // "http=127.0.0.1:8080 https=... admin=..."

    std::shared_ptr<const acme::StatusSnapshot> status() const override;
    admin::ServerFacts facts() const override;
    Result<std::string> ask(acme::Task task) override;
    Result<acme::JobView> job(const std::string& id) const override;
    Result<std::string> reload(const admin::ConfigName& meant) override;
    Result<admin::Reloaded> reload_and_renew(const std::string& certificate) override;
    Result<admin::Probe> open_probe(Seconds life) override { return probes_.open(life); }
    Result<std::vector<admin::Visit>> visits(const std::string& token) const override { return probes_.visits(token); }
    void close_probe(const std::string& token) override { probes_.close(token); }
    std::vector<std::string> log_lines(std::size_t most) const override { return machine_.log.recent(most); }
    admin::RecentRequests requests(std::size_t most) const override { return {access_target_, requests_->recent(most)}; }
    Result<std::string> chain_of(const std::string& certificate) const override;
    Result<void> begin_preflight(const std::vector<std::string>& names) override;
    std::vector<std::string> public_addresses() const override;
    admin::Preflight preflight() const override { return advisor_.last(); }
    metrics::Series history(metrics::Span span) const override { return watch_.history(span); }
    void stop() override;

private:
    Result<void> make_tls();
    Result<admin::Reloaded> read_again(const admin::ConfigName& meant, const std::string& renew);
    Result<admin::Reloaded> apply(const config::Config& file, const std::string& renew);
    Result<config::Config> take_endpoints(const config::Config& file);
    Result<void> replace_endpoints(const config::Config& config);
    std::vector<front::Endpoint> inner_endpoints(const config::Config& config, const AdminTls& tls);
    SiteParts site_parts() { return {tokens_, health_, watch_.answers(), visitors_, machine_.random, machine_.log}; }
    AdminDoor admin_door(const AdminTls& tls) { return {*this, admin_access_, editor_, hub_, tokens_, watch_, pulls_, tls}; }

    Machine machine_;
    SteadyTime started_;
    mutable std::mutex mutex_;  // one reload at a time; guards config_
    config::Config config_;     // what runs, which is not all that the file says while a restart is due
    const std::string state_, access_target_;  // a restart alone changes them
    const bool as_root_;        // as the first reading of the file was told
    std::optional<acme::StateLock> lock_;
    ProbeBook probes_;
    Advisor advisor_;
    ChallengeUpstream upstream_;
    TokenBoard tokens_;
    Published<tls::CertTable> certificates_;
    Published<acme::StatusSnapshot> status_;
    CertHealth health_{status_};
    access::VisitorDesk visitors_;
    AdminAccess admin_access_;
    admin::EventHub hub_;
    config::Editor editor_;
    CertDesk desk_;
    Watch watch_;
    Housekeeper housekeeper_;
    Hooks hooks_;
    sharing::PullDesk pulls_;
    std::shared_ptr<const tls::TlsContext> public_tls_;
    AdminTls admin_tls_;
    const std::shared_ptr<LineRing> requests_;  // what access_log = ring fills
    std::shared_ptr<front::AccessLog> access_;  // of the public side; null: none
    std::unique_ptr<front::Front> public_;
    // Of admin page and control socket, a loop of their own: a flood of visitors leaves the owner his door; handlers may take some ms.
    std::unique_ptr<front::Front> inner_;
    std::unique_ptr<acme::Worker> worker_;
    FileWatch files_{machine_.log, [this] { worker_->look_again(); }};  // whose paths are set while there is a worker
    std::unique_ptr<notify::Notifier> notifier_;
    std::unique_ptr<sharing::Deliveries> deliveries_;
};

}  // namespace postern
