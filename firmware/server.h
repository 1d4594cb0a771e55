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
#include "firmware/advisor.h"
#include "firmware/cert_desk.h"
#include "firmware/cert_health.h"
#include "firmware/config/plan.h"
#include "firmware/hooks.h"
#include "firmware/notify/notifier.h"
#include "firmware/probe_book.h"
#include "firmware/token_board.h"
#include "server/base/files.h"
#include "server/base/random.h"
#include "server/front/access_log.h"
#include "server/front/front.h"

namespace postern {

// The outside, handed in by serve.cpp.
struct Machine {
    const Clock& clock;
    FileSystem& files;
    Random& random;
    Log& log;
};

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

    std::string addresses() const;  // "http=127.0.0.1:8080 https=... admin=..."

    std::shared_ptr<const acme::StatusSnapshot> status() const override;
    admin::ServerFacts facts() const override;
    Result<std::string> ask(acme::Task task) override;
    Result<acme::JobView> job(const std::string& id) const override;
    Result<std::string> reload(const admin::ConfigName& meant) override;
    Result<admin::Probe> open_probe(Seconds life) override { return probes_.open(life); }
    Result<std::vector<admin::Visit>> visits(const std::string& token) const override { return probes_.visits(token); }
    void close_probe(const std::string& token) override { probes_.close(token); }
    void stop() override;

private:
    Result<void> make_tls();
    Result<std::string> apply(const config::Config& file);
    Result<config::Config> take_endpoints(const config::Config& file);
    void log_refusal(const std::vector<config::Fault>& faults);
    Result<void> replace_endpoints(const config::Config& config);
    std::vector<front::Endpoint> inner_endpoints(const config::Config& config);

    Machine machine_;
    SteadyTime started_;
    mutable std::mutex mutex_;  // one reload at a time; guards config_
    config::Config config_;     // what runs, which is not all that the file says while a restart is due
    const bool as_root_;        // as the first reading of the file was told
    std::optional<acme::StateLock> lock_;

    ProbeBook probes_;
    Advisor advisor_;
    TokenBoard tokens_;
    Published<tls::CertTable> certificates_;
    Published<acme::StatusSnapshot> status_;
    CertHealth health_{status_};
    CertDesk desk_;
    Hooks hooks_;
    std::shared_ptr<const tls::TlsContext> public_tls_, admin_tls_;
    std::shared_ptr<front::AccessLog> access_;  // of the public side; null: none
    std::unique_ptr<front::Front> public_;
    // Admin page and control socket have a loop of their own: a flood of visitors leaves the owner his door, and a handler
    // there may take some milliseconds.
    std::unique_ptr<front::Front> inner_;
    std::unique_ptr<acme::Worker> worker_;
    std::unique_ptr<notify::Notifier> notifier_;
};

// The folders of the certificates that the plan wants, in the order of the INI.
std::vector<std::string> lineages_of(const config::Plan& plan);

// The pieces that a Worker needs besides the server's own, for a lone `renew` too.
std::unique_ptr<acme::Transport> connect_to(const acme::CaSettings& ca);
// For a look at a CA's directory, by an impatient person.
std::unique_ptr<acme::Transport> connect_for_look(const std::string& ca_file);

}  // namespace postern
