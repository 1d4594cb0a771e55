#include "firmware/advisor.h"

#include <algorithm>

#include "firmware/checks/cases.h"
#include "firmware/checks/system_outside.h"
#include "server/base/heap.h"
#include "server/base/tls_heap.h"

namespace postern {

namespace {

using acme::preflight::Finding;
using acme::preflight::Level;

constexpr Seconds kLife(120);          // of the page: longer than a look takes
constexpr std::size_t kMostAdvice = 8; // of one certificate; `check --preflight` tells all

acme::preflight::DoorSight door_of(const std::vector<net::Address>& addresses) {
    acme::preflight::DoorSight sight;
    sight.open = !addresses.empty();
    return sight;
}

}  // namespace

void Advisor::set_config(const config::Config& config) {
    auto copy = std::make_shared<const config::Config>(config);
    std::lock_guard<std::mutex> hold(mutex_);
    config_ = std::move(copy);
}

void Advisor::look(const std::string& certificate) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (std::find(queue_.begin(), queue_.end(), certificate) == queue_.end()) queue_.push_back(certificate);
    wake_.notify_one();
}

// Made with the server, though there is little for it to do: later there might be no memory for a thread.
void Advisor::start() {
    thread_ = Thread::start_or_end([this] {
        loop();
        TlsHeap::drop_kept();
    });
}

void Advisor::loop() {
    for (;;) {
        std::string certificate;
        {
            std::unique_lock<std::mutex> hold(mutex_);
            wake_.wait(hold, [this] { return stopped_ || !queue_.empty() || all_.running; });
            if (stopped_) return;
            if (!queue_.empty()) {
                certificate = std::move(queue_.front());
                queue_.pop_front();
            }
        }
        if (certificate.empty()) look_now_at_all();
        else look_now(certificate);
        give_free_memory_back();
    }
}

void Advisor::look_now(const std::string& certificate) {
    if (const auto findings = find({certificate, {}, false})) keep(certificate, *findings);
}

Result<void> Advisor::look_at_all(std::vector<std::string> names, std::function<void()> ended) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (all_.running) return Error::admin("it is being looked for already");
    all_.running = true;
    all_names_ = std::move(names);
    all_ended_ = std::move(ended);
    wake_.notify_one();
    return {};
}

admin::Preflight Advisor::last() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return all_;
}

void Advisor::look_now_at_all() {
    Look look;
    look.whole = true;
    {
        std::lock_guard<std::mutex> hold(mutex_);
        look.names = all_names_;
    }
    auto findings = find(look);
    std::function<void()> ended;
    {
        std::lock_guard<std::mutex> hold(mutex_);
        all_.running = false;
        if (findings) all_.findings = std::move(*findings);
        if (findings) all_.at = parts_.clock.wall();
        if (findings) all_.names = std::move(look.names);
        ended = std::move(all_ended_);
    }
    if (ended) ended();
}

// Nothing: it could not be looked for, or was called off.
std::optional<std::vector<Finding>> Advisor::find(const Look& look) {
    std::shared_ptr<const config::Config> config;
    {
        std::lock_guard<std::mutex> hold(mutex_);
        config = config_;
    }
    if (!config) return std::nullopt;
    const auto probe = parts_.probes.open(kLife);
    if (!probe.ok()) {
        parts_.log.warn("preflight", {{"certificate", look.certificate}, {"why", probe.error().text()}});
        return std::nullopt;
    }
    checks::OutsideParts outside{*config, parts_.files, parts_.clock, cancel_, *probe, door_of(config->server.http),
                                 door_of(config->server.https), parts_.connect};
    outside.watch = [this](acme::Transport* transport) {
        std::lock_guard<std::mutex> hold(mutex_);
        transport_ = transport;
        if (transport != nullptr && stopped_) transport->cancel();
    };
    auto cases = look.names.empty() ? checks::cases_of(*config, parts_.files, look.certificate)
                                    : checks::case_of_names(*config, parts_.files, look.names);
    auto findings = checks::look(std::move(outside), parts_.random, look.whole, cases);
    parts_.probes.close(probe->token);
    if (cancel_.called()) return std::nullopt;
    return findings;
}

// What was told before is not logged again at each try.
void Advisor::keep(const std::string& certificate, const std::vector<Finding>& findings) {
    std::vector<std::string> advice;
    for (const Finding& finding : findings)
        if (finding.level >= Level::kWarning && advice.size() < kMostAdvice) advice.push_back(sentence_of(finding));
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<std::string>& known = advice_[certificate];
    for (const Finding& finding : findings) {
        const std::string text = sentence_of(finding);
        if (finding.level < Level::kWarning || std::find(known.begin(), known.end(), text) != known.end()) continue;
        parts_.log.warn("preflight", {{"certificate", certificate},
                                      {"level", name_of(finding.level)},
                                      {"check", finding.check},
                                      {"about", finding.about},
                                      {"seen", finding.seen},
                                      {"to_do", remedy_of(finding)}});
    }
    if (advice.empty()) parts_.log.info("preflight", {{"certificate", certificate}, {"level", name_of(worst_of(findings))}});
    known = std::move(advice);
}

void Advisor::stop() {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        stopped_ = true;
        cancel_.now();
        if (transport_ != nullptr) transport_->cancel();
        wake_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const acme::StatusSnapshot> Advisor::add_to(std::shared_ptr<const acme::StatusSnapshot> status) const {
    std::lock_guard<std::mutex> hold(mutex_);
    if (!status || advice_.empty()) return status;
    std::shared_ptr<acme::StatusSnapshot> more;
    for (const acme::CertStatus& each : status->certificates) {
        const auto found = advice_.find(each.name);
        if (found == advice_.end() || found->second.empty() || each.rung == acme::Rung::kPublic) continue;
        if (!more) more = std::make_shared<acme::StatusSnapshot>(*status);
        for (const std::string& text : found->second) more->notices.push_back(text);
    }
    if (!more) return status;
    return more;
}

}  // namespace postern
