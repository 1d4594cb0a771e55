#include "firmware/server.h"

#include <cerrno>
#include <csignal>
#include <unistd.h>

#include "firmware/admin/admin_site.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/live_api.h"
#include "firmware/admin/words.h"
#include "firmware/ca_connection.h"
#include "firmware/checks/own_addresses.h"
#include "firmware/config_name.h"
#include "firmware/logs.h"
#include "firmware/notify/mail_way.h"
#include "firmware/notify/words.h"
#include "firmware/sizing.h"
#include "server/base/limits.h"

namespace postern {

namespace {

constexpr std::size_t kInnerConnections = 160;  // the owner's browsers, the pages that listen, our own subcommands
constexpr Millis kInnerDrain{1000};
constexpr std::size_t kFaultsLogged = 20;       // of a refused reload; `check` shows all
constexpr std::size_t kInnerPerClient = 128;    // of the page's; the control socket is always left some
constexpr std::size_t kMostChain = 1u << 20;    // bytes of a fullchain.pem; real ones have 5,000

front::FrontOptions public_options(const config::ServerSection& server) {
    front::FrontOptions options;
    options.loops = server.loops > 0 ? server.loops : default_loops();
    options.admission.max_connections =
        server.max_connections > 0 ? static_cast<std::size_t>(server.max_connections) : default_connections();
    options.admission.max_held_open = default_held_open(options.admission.max_connections);
    if (server.max_per_client > 0) options.admission.max_per_client = static_cast<std::size_t>(server.max_per_client);
    return options;
}

front::FrontOptions inner_options(http::AnswerBook& answers) {
    front::FrontOptions options;
    options.answers = &answers;
    options.admission.max_connections = kInnerConnections;
    options.admission.max_per_client = kInnerPerClient;
    return options;
}

std::uint32_t uid_of(const config::ServerSection& server) { return server.identity ? server.identity->uid : geteuid(); }

// The folders of the certificates that the plan wants, in the order of the INI.
std::vector<std::string> lineages_of(const config::Plan& plan) {
    std::vector<std::string> lineages;
    for (const acme::WantedCert& wanted : plan.certificates) lineages.push_back(wanted.name);
    return lineages;
}

void set_balancing(TokenBoard& tokens, ChallengeUpstream& upstream, const config::AcmeSection& acme) {
    tokens.set_thumbprint(acme.thumbprint);
    upstream.set(acme.challenge_upstream);
}

// The job's id, if one was to begin; a reason why there is none goes to what is said.
// Of certificates that somebody else keeps.
std::vector<std::string> files_of(const config::Plan& plan) {
    std::vector<std::string> paths;
    for (const acme::WantedCert& wanted : plan.certificates)
        if (wanted.files) paths.insert(paths.end(), {wanted.files->chain, wanted.files->key});
    return paths;
}

std::string set_certificates(acme::Worker& worker, std::vector<acme::WantedCert> wanted, const std::string& renew, std::string& said) {
    if (renew.empty()) {
        worker.set_wanted(std::move(wanted));
        return {};
    }
    auto job = worker.set_wanted(std::move(wanted), {acme::Task::What::kRenew, {renew}, false, 0, false});
    if (job) return std::move(job).value();
    said += "\n" + job.error().text();
    return {};
}

void log_refusal(Log& log, const std::string& file, const std::vector<config::Fault>& faults) {
    std::size_t shown = 0;
    for (const config::Fault& fault : faults) {
        if (++shown > kFaultsLogged) break;
        log.error("config_fault", {{"why", fault.print()}});
    }
    log.error("reload_refused", {{"file", file}, {"faults", faults.size()}, {"why", "the old configuration stays in force"}});
}

}  // namespace

Server::Server(Machine machine, config::Config config)
    : machine_(machine), started_(machine.clock.steady()), config_(std::move(config)), state_(config_.server.state),
      access_target_(config_.server.access_log), as_root_(config_.server.identity.has_value()), probes_(machine.clock, machine.random),
      advisor_({machine.clock, machine.files, machine.random, machine.log, probes_, connect_for_look}),
      upstream_(machine.clock, machine.random, machine.log), tokens_(probes_, upstream_),
      visitors_(machine.clock, machine.random), admin_access_({machine.clock, machine.files, machine.random, machine.log}, config_.server.state),
      editor_(machine.files, config_.file, as_root_),
      desk_(certificates_, machine.log), watch_({machine.clock, machine.files, status_, desk_}),
      hooks_(machine.clock, machine.log, config_.server.state + "/live", home_of(machine.files, uid_of(config_.server)), config_.hooks),
      pulls_({machine.clock, machine.files, machine.log, status_, config_.server.state}),
      requests_(std::make_shared<LineRing>(limits::kAccessRing)) {}

Server::~Server() {
    drain(Millis(0));
    machine_.log.set_watcher(nullptr);
}

Result<void> Server::make_tls() {
    tls::TlsOptions options;
    TRY(options.tickets, tls::TicketKeys::make());
    options.challenges = &tokens_.pairs();
    if (config_.server.http2) options.alpn.insert(options.alpn.begin(), "h2");
    TRY(public_tls_, tls::TlsContext::make(certificates_, std::move(options)));
    TRY(admin_tls_, admin_tls_.following(config_, certificates_));
    return {};
}

std::vector<front::Endpoint> Server::inner_endpoints(const config::Config& config, const AdminTls& tls) {
    std::vector<front::Endpoint> endpoints = admin_endpoints(config, admin_door(tls));
    Result<net::Address> path = net::Address::unix_path(control_socket_path(config.server.state));
    if (!path.ok()) {
        machine_.log.error("no_control_socket", {{"why", path.error().text()}});
        return endpoints;
    }
    front::Endpoint control;
    control.kind = "control";
    control.address = *path;
    control.unix_mode = 0600;
    control.site = "";  // our own subcommands are no visitors
    control.make_handler = [this](std::size_t) -> Result<std::shared_ptr<http::Handler>> { return admin::make_control_api(*this, admin_access_.desk()); };
    control.max_body = limits::kConfigFile;
    control.refusal = admin::refused_by_http;
    endpoints.push_back(std::move(control));
    return endpoints;
}

Result<void> Server::bind() {
    TRY_VOID(make_tls());
    config::Plan plan = config::make_plan(config_);
    desk_.set_order(lineages_of(plan));
    set_balancing(tokens_, upstream_, config_.acme);
    TRY(access_, open_access_log(machine_.log, config_.server, requests_));
    front::FrontOptions options = public_options(config_.server);
    options.access = access_;
    options.answers = &watch_.answers();
    TRY(public_, front::Front::open(machine_.clock, machine_.log, std::move(options), public_endpoints(plan, site_parts(), public_tls_)));
    TRY(inner_, front::Front::open(machine_.clock, machine_.log, inner_options(watch_.answers()),
                                   admin_endpoints(config_, admin_door(admin_tls_))));
    return {};
}

Result<void> Server::start(acme::StateLock lock) {
    lock_ = std::move(lock);
    admin_access_.open(config_.admin);
    admin_access_.start();
    TRY_VOID(inner_->replace(inner_endpoints(config_, admin_tls_)));  // the control socket is made by whom it belongs to
    config::Plan plan = config::make_plan(config_);
    acme::WorkerParts parts{machine_.clock, machine_.files, machine_.random, machine_.log, tokens_,
                            desk_,          desk_,          status_,         acme::counted(connect_to, watch_.tally()), config_.server.state};
    if (config_.server.identity && !config_.server.group.empty()) parts.key_group = config_.server.identity->gid;
    parts.anchors = [](const acme::CaSettings& ca) { return acme::visitors_anchors(ca.ca_file); };
    parts.listener = &hooks_;
    parts.tally = &watch_.tally();
    parts.followed = [this](const acme::JobView& job) { hub_.tell("progress", admin::progress_json(job)); };
    machine_.log.set_watcher([this](std::string_view line) { hub_.tell("log", admin::line_json(line)); });
    parts.before_first_order = [this](const acme::WantedCert& wanted) { advisor_.look(wanted.name); };
    advisor_.set_config(config_);
    worker_ = std::make_unique<acme::Worker>(std::move(parts), plan.certificates);
    TRY_VOID(worker_->prepare());
    notifier_ = std::make_unique<notify::Notifier>(
        notify::NotifierParts{machine_.clock, machine_.files, machine_.random, machine_.log, status_,
                              config_.server.state + "/notices.json", notify::host_name(), notify::make_ways},
        config_.notify);
    deliveries_ = std::make_unique<sharing::Deliveries>(
        sharing::DeliveriesParts{machine_.clock, machine_.files, machine_.random, machine_.log, status_, config_.server.state,
                                 home_of(machine_.files, uid_of(config_.server))},
        config_.deploys);
    pulls_.set(config_.deploys);
    hooks_.set_run_over([this] {
        notifier_->wake();
        deliveries_->wake();
        hub_.tell("status", "{}");
    });
    watch_.look_at(*public_, *inner_);
    housekeeper_.add([this] { watch_.sample(); });
    housekeeper_.add([this] { hub_.beat(); });
    TRY_VOID(public_->start());
    TRY_VOID(inner_->start());
    return {};
}

void Server::look_after() {
    advisor_.start();
    worker_->start();
    files_.set_paths(files_of(config::make_plan(config_)));
    notifier_->start();
    deliveries_->start();
    housekeeper_.start();
}

void Server::tell_owner() {
    if (deliveries_) deliveries_->finish();
    if (notifier_) notifier_->finish();
}

void Server::drain(Millis limit) {
    housekeeper_.stop();
    advisor_.stop();
    hooks_.cancel();
    files_.set_paths({});
    if (worker_) worker_->stop();
    if (notifier_) notifier_->stop();
    if (deliveries_) deliveries_->stop();
    if (inner_) inner_->drain(std::min(limit, kInnerDrain));  // first: who looks in from there asks after the public one
    upstream_.stop();
    admin_access_.stop();
    if (public_) public_->drain(limit);
    visitors_.stop();  // behind those whose passwords it was looking at
}

// Browsers warn of a certificate that we have signed ourselves: by its fingerprint the owner knows whose it is.
std::string Server::invitation() const {
    std::string text = admin_access_.invitation();
    std::lock_guard<std::mutex> hold(mutex_);  // a reload may be under way
    const auto shown = admin_tls_.shown();
    if (text.empty() || !shown || !shown->facts().self_signed) return text;
    return text + "\nits certificate is self-signed; the SHA-256 fingerprint is " + admin::hex_pairs(shown->facts().fingerprint);
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
    for (const config::SiteSection& site : config_.sites)
        facts.sites.push_back({site.name, site.names, site.root, site.canonical, site.redirect_http, config::lineages_of(site)});
    front::Stats stats = public_->stats();
    facts.connections = stats.open;
    facts.requests = stats.requests;
    facts.handshakes = stats.handshakes;
    facts.failed_handshakes = stats.failed_handshakes;
    facts.swaps = desk_.swaps();
    if (deliveries_) facts.deliveries = deliveries_->views();
    for (sharing::DeliveryView& view : pulls_.views()) facts.deliveries.push_back(std::move(view));
    facts.state_bytes_written = SystemFiles::bytes_written();
    return facts;
}

// What acme knows, and what went wrong around it.
std::shared_ptr<const acme::StatusSnapshot> Server::status() const {
    auto known = advisor_.add_to(status_.get());
    std::vector<std::string> troubles = hooks_.troubles();
    for (std::string& trouble : notifier_->troubles()) troubles.push_back(std::move(trouble));
    for (std::string& trouble : deliveries_->troubles()) troubles.push_back(std::move(trouble));
    if (!admin_access_.trouble().empty()) troubles.push_back("The admin page is closed: " + admin_access_.trouble());
    if (std::string trouble = upstream_.trouble(); !trouble.empty()) troubles.push_back(std::move(trouble));
    if (!known || troubles.empty()) return known;
    auto all = std::make_shared<acme::StatusSnapshot>(*known);
    all->notices.insert(all->notices.end(), troubles.begin(), troubles.end());
    return all;
}

Result<std::string> Server::ask(acme::Task task) { return worker_->ask(std::move(task)); }

Result<acme::JobView> Server::job(const std::string& id) const { return worker_->job(id); }

// As files of the state are read by others: the live link always leads to a whole pair.
Result<std::string> Server::chain_of(const std::string& certificate) const {
    const std::string path = state_ + "/live/" + certificate + "/fullchain.pem";
    auto text = machine_.files.read(path, kMostChain);
    if (!text.ok() && text.error().number() == ENOENT) return Error::admin("no CA has signed a certificate for " + certificate + " yet");
    if (!text.ok()) return Error::admin(text.error().text());
    return text;
}

Result<void> Server::begin_preflight(const std::vector<std::string>& names) {
    return advisor_.look_at_all(names, [this] { hub_.tell("status", "{}"); });
}

std::vector<std::string> Server::public_addresses() const {
    const acme::preflight::OwnAddresses own = checks::own_addresses();
    std::vector<std::string> addresses;
    for (const std::size_t family : {4, 16})
        if (std::string one = own.first(family, acme::preflight::Scope::kPublic); !one.empty()) addresses.push_back(std::move(one));
    return addresses;
}

void Server::stop() { kill(getpid(), SIGTERM); }  // serve.cpp drains: it alone may end the process

Result<void> Server::replace_endpoints(const config::Config& config) {
    TRY(AdminTls next, admin_tls_.following(config, certificates_));
    TRY_VOID(public_->replace(public_endpoints(config::make_plan(config), site_parts(), public_tls_)));
    Result<void> inner = inner_->replace(inner_endpoints(config, next));
    if (inner.ok()) {
        admin_tls_ = std::move(next);
        return {};
    }
    // the public side goes back to what the admin side still is
    Result<void> back = public_->replace(public_endpoints(config::make_plan(config_), site_parts(), public_tls_));
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

Result<admin::Reloaded> Server::apply(const config::Config& file, const std::string& renew) {
    TRY(config::Config next, take_endpoints(file));
    const config::Plan plan = config::make_plan(next);
    desk_.set_order(lineages_of(plan));
    admin::Reloaded done{"reloaded " + config_.file, {}};
    done.job = set_certificates(*worker_, plan.certificates, renew, done.said);
    files_.set_paths(files_of(plan));
    machine_.log.set_level(next.server.log_level);
    hooks_.set(next.hooks);
    notifier_->set(next.notify);
    deliveries_->set(next.deploys);
    pulls_.set(next.deploys);
    advisor_.set_config(next);
    admin_access_.configure(next.admin);
    set_balancing(tokens_, upstream_, next.acme);
    config_ = std::move(next);
    hub_.tell("status", "{}");
    for (const std::string& sentence : config::needs_restart(config_, file)) {
        machine_.log.warn("restart_needed", {{"why", sentence}});
        done.said += "\n" + sentence;
    }
    return done;
}

Result<std::string> Server::reload(const admin::ConfigName& meant) {
    TRY(admin::Reloaded done, read_again(meant, {}));
    return std::move(done.said);
}

Result<admin::Reloaded> Server::reload_and_renew(const std::string& certificate) { return read_again({}, certificate); }

Result<admin::Reloaded> Server::read_again(const admin::ConfigName& meant, const std::string& renew) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (const admin::ConfigName running = name_config(config_.file); !is_meant(running, meant))
        return Error::admin("the running server reads " + running.path + ", not " + meant.path + ": it goes on as it is; reload it "
                            "with -c " + running.path + ", or stop it and start one with -c " + meant.path);
    reopen_logs(machine_.log, access_.get(), config_.server);  // whatever the file says now: logrotate waits for it
    config::ConfigOrFaults read = config::read_config(machine_.files, config_.file, as_root_);
    if (!read.config) {
        log_refusal(machine_.log, config_.file, read.faults);
        std::string faults = "the old configuration stays in force:";
        for (const config::Fault& fault : read.faults) faults += "\n" + fault.print();
        return Error::admin(faults);
    }
    Result<admin::Reloaded> applied = apply(*read.config, renew);
    if (applied.ok())
        machine_.log.info("reloaded", {{"file", config_.file}});
    else
        machine_.log.error("reload_refused", {{"file", config_.file}, {"why", applied.error().text()}});
    return applied;
}

}  // namespace postern
