#include "firmware/server.h"

#include <cerrno>
#include <csignal>
#include <unistd.h>

#include "firmware/admin/admin_site.h"
#include "firmware/admin_doors.h"
#include "firmware/config_name.h"
#include "firmware/logs.h"
#include "firmware/notify/mail_way.h"
#include "firmware/notify/words.h"
#include "firmware/sites.h"
#include "firmware/sizing.h"
#include "server/base/limits.h"

namespace postern {

namespace {

constexpr std::size_t kInnerConnections = 128;  // the owner's browsers and our own subcommands
constexpr Millis kInnerDrain{1000};
constexpr std::size_t kFaultsLogged = 20;       // of a refused reload; `check` shows all
constexpr std::size_t kInnerPerClient = 32;     // of the page's; the control socket is always left some

front::FrontOptions public_options(const config::ServerSection& server) {
    front::FrontOptions options;
    options.loops = server.loops > 0 ? server.loops : default_loops();
    options.admission.max_connections =
        server.max_connections > 0 ? static_cast<std::size_t>(server.max_connections) : default_connections();
    if (server.max_per_client > 0) options.admission.max_per_client = static_cast<std::size_t>(server.max_per_client);
    return options;
}

front::FrontOptions inner_options() {
    front::FrontOptions options;
    options.admission.max_connections = kInnerConnections;
    options.admission.max_per_client = kInnerPerClient;
    return options;
}

std::uint32_t uid_of(const config::ServerSection& server) { return server.identity ? server.identity->uid : geteuid(); }

}  // namespace

std::vector<std::string> lineages_of(const config::Plan& plan) {
    std::vector<std::string> lineages;
    for (const acme::WantedCert& wanted : plan.certificates) lineages.push_back(wanted.name);
    return lineages;
}

Server::Server(Machine machine, config::Config config)
    : machine_(machine), started_(machine.clock.steady()), config_(std::move(config)),
      as_root_(config_.server.identity.has_value()), probes_(machine.clock, machine.random),
      advisor_({machine.clock, machine.files, machine.random, machine.log, probes_, connect_for_look}), tokens_(probes_),
      desk_(certificates_, machine.log),
      hooks_(machine.clock, machine.log, config_.server.state + "/live", home_of(machine.files, uid_of(config_.server)), config_.hooks) {}

Server::~Server() { drain(Millis(0)); }

Result<void> Server::make_tls() {
    tls::TlsOptions options;
    TRY(options.tickets, tls::TicketKeys::make());
    options.challenges = &tokens_.pairs();
    TRY(public_tls_, tls::TlsContext::make(certificates_, options));
    TRY(options.tickets, tls::TicketKeys::make());  // a ticket of a site opens nothing at the admin's
    options.challenges = nullptr;
    TRY(admin_tls_, tls::TlsContext::make(certificates_, options));
    return {};
}

std::vector<front::Endpoint> Server::inner_endpoints(const config::Config& config) {
    std::vector<front::Endpoint> endpoints = admin_endpoints(config, *this, tokens_, admin_tls_);
    Result<net::Address> path = net::Address::unix_path(control_socket_path(config.server.state));
    if (!path.ok()) {
        machine_.log.error("no_control_socket", {{"why", path.error().text()}});
        return endpoints;
    }
    front::Endpoint control;
    control.kind = "control";
    control.address = *path;
    control.unix_mode = 0600;
    control.make_handler = [this](std::size_t) -> Result<std::shared_ptr<http::Handler>> { return admin::make_control_api(*this); };
    control.max_body = limits::kConfigFile;
    endpoints.push_back(std::move(control));
    return endpoints;
}

Result<void> Server::bind() {
    TRY_VOID(make_tls());
    config::Plan plan = config::make_plan(config_);
    desk_.set_order(lineages_of(plan));
    TRY(access_, open_access_log(machine_.log, config_.server));
    front::FrontOptions options = public_options(config_.server);
    options.access = access_;
    TRY(public_, front::Front::open(machine_.clock, machine_.log, std::move(options), public_endpoints(plan, tokens_, health_, public_tls_)));
    TRY(inner_, front::Front::open(machine_.clock, machine_.log, inner_options(),
                                   admin_endpoints(config_, *this, tokens_, admin_tls_)));
    return {};
}

Result<void> Server::start(acme::StateLock lock) {
    lock_ = std::move(lock);
    TRY_VOID(inner_->replace(inner_endpoints(config_)));  // the control socket is made by whom it belongs to
    config::Plan plan = config::make_plan(config_);
    acme::WorkerParts parts{machine_.clock, machine_.files, machine_.random, machine_.log, tokens_,
                            desk_,          desk_,          status_,         connect_to,   config_.server.state};
    if (config_.server.identity && !config_.server.group.empty()) parts.key_group = config_.server.identity->gid;
    parts.anchors = [](const acme::CaSettings& ca) { return acme::visitors_anchors(ca.ca_file); };
    parts.listener = &hooks_;
    parts.before_first_order = [this](const acme::WantedCert& wanted) { advisor_.look(wanted.name); };
    advisor_.set_config(config_);
    worker_ = std::make_unique<acme::Worker>(std::move(parts), plan.certificates);
    TRY_VOID(worker_->prepare());
    notifier_ = std::make_unique<notify::Notifier>(
        notify::NotifierParts{machine_.clock, machine_.files, machine_.random, machine_.log, status_,
                              config_.server.state + "/notices.json", notify::host_name(), notify::make_ways},
        config_.notify);
    hooks_.set_run_over([this] { notifier_->wake(); });
    TRY_VOID(public_->start());
    TRY_VOID(inner_->start());
    return {};
}

void Server::look_after() {
    advisor_.start();
    worker_->start();
    notifier_->start();
}

void Server::tell_owner() {
    if (notifier_) notifier_->finish();
}

void Server::drain(Millis limit) {
    advisor_.stop();
    hooks_.cancel();
    if (worker_) worker_->stop();
    if (notifier_) notifier_->stop();
    if (inner_) inner_->drain(std::min(limit, kInnerDrain));  // first: who looks in from there asks after the public one
    if (public_) public_->drain(limit);
}

std::string Server::addresses() const {
    std::lock_guard<std::mutex> hold(mutex_);
    std::string text;
    for (const front::Front* front : {public_.get(), inner_.get()})
        for (const auto& listening : front->listening()) {
            if (listening.kind == "control") continue;
            text += (text.empty() ? "" : " ") + listening.kind + "=" + listening.address.text();
        }
    return text;
}

admin::ServerFacts Server::facts() const {
    admin::ServerFacts facts;
    facts.uptime_s = std::chrono::duration_cast<Seconds>(machine_.clock.steady() - started_).count();
    std::lock_guard<std::mutex> hold(mutex_);
    for (const front::Front* front : {public_.get(), inner_.get()})
        for (const auto& listening : front->listening()) facts.listeners.push_back({listening.kind, listening.address.text()});
    front::Stats stats = public_->stats();
    facts.connections = stats.open;
    facts.requests = stats.requests;
    facts.handshakes = stats.handshakes;
    facts.failed_handshakes = stats.failed_handshakes;
    facts.swaps = desk_.swaps();
    facts.state_bytes_written = SystemFiles::bytes_written();
    return facts;
}

// What acme knows, and what went wrong around it.
std::shared_ptr<const acme::StatusSnapshot> Server::status() const {
    auto known = advisor_.add_to(status_.get());
    std::vector<std::string> troubles = hooks_.troubles();
    for (std::string& trouble : notifier_->troubles()) troubles.push_back(std::move(trouble));
    if (!known || troubles.empty()) return known;
    auto all = std::make_shared<acme::StatusSnapshot>(*known);
    all->notices.insert(all->notices.end(), troubles.begin(), troubles.end());
    return all;
}

Result<std::string> Server::ask(acme::Task task) { return worker_->ask(std::move(task)); }

Result<acme::JobView> Server::job(const std::string& id) const { return worker_->job(id); }

void Server::stop() { kill(getpid(), SIGTERM); }  // serve.cpp drains: it alone may end the process

Result<void> Server::replace_endpoints(const config::Config& config) {
    TRY_VOID(public_->replace(public_endpoints(config::make_plan(config), tokens_, health_, public_tls_)));
    Result<void> inner = inner_->replace(inner_endpoints(config));
    if (inner.ok()) return {};
    // the public side goes back to what the admin side still is
    Result<void> back = public_->replace(public_endpoints(config::make_plan(config_), tokens_, health_, public_tls_));
    if (!back.ok()) machine_.log.error("reload_half_undone", {{"why", back.error().text()}});
    return inner;
}

// New listeners where we may bind them; else the old ones go on, and redirects lead to them.
Result<config::Config> Server::take_endpoints(const config::Config& file) {
    config::Config next = config::hold_back(config_, file);
    Result<void> bound = replace_endpoints(next);
    if (bound.ok()) return next;
    const int why = bound.error().number();
    const bool waits = why == EACCES || (why == EADDRINUSE && config::wants_own_port(config_, next));
    if (!waits) return std::move(bound).error();
    next = config::hold_back_listeners(config_, std::move(next));
    TRY_VOID(replace_endpoints(next));
    return next;
}

Result<std::string> Server::apply(const config::Config& file) {
    TRY(config::Config next, take_endpoints(file));
    const config::Plan plan = config::make_plan(next);
    desk_.set_order(lineages_of(plan));
    worker_->set_wanted(plan.certificates);
    machine_.log.set_level(next.server.log_level);
    hooks_.set(next.hooks);
    notifier_->set(next.notify);
    advisor_.set_config(next);
    config_ = std::move(next);
    std::string said = "reloaded " + config_.file;
    for (const std::string& sentence : config::needs_restart(config_, file)) {
        machine_.log.warn("restart_needed", {{"why", sentence}});
        said += "\n" + sentence;
    }
    return said;
}

void Server::log_refusal(const std::vector<config::Fault>& faults) {
    std::size_t shown = 0;
    for (const config::Fault& fault : faults) {
        if (++shown > kFaultsLogged) break;
        machine_.log.error("config_fault", {{"why", fault.print()}});
    }
    machine_.log.error("reload_refused", {{"file", config_.file}, {"faults", faults.size()},
                                          {"why", "the old configuration stays in force"}});
}

Result<std::string> Server::reload(const admin::ConfigName& meant) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (const admin::ConfigName running = name_config(config_.file); !is_meant(running, meant))
        return Error::admin("the running server reads " + running.path + ", not " + meant.path + ": it goes on as it is; reload it "
                            "with -c " + running.path + ", or stop it and start one with -c " + meant.path);
    reopen_logs(machine_.log, access_.get(), config_.server);  // whatever the file says now: logrotate waits for it
    config::ConfigOrFaults read = config::read_config(machine_.files, config_.file, as_root_);
    if (!read.config) {
        log_refusal(read.faults);
        std::string faults = "the old configuration stays in force:";
        for (const config::Fault& fault : read.faults) faults += "\n" + fault.print();
        return Error::admin(faults);
    }
    Result<std::string> applied = apply(*read.config);
    if (applied.ok())
        machine_.log.info("reloaded", {{"file", config_.file}});
    else
        machine_.log.error("reload_refused", {{"file", config_.file}, {"why", applied.error().text()}});
    return applied;
}

}  // namespace postern
