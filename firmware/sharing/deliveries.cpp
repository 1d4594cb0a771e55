#include "firmware/sharing/deliveries.h"

#include <algorithm>
#include <cerrno>
#include <set>

#include "acme/policy/retry.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"

namespace postern::sharing {

namespace {

using acme::CertStatus;
using acme::StatusSnapshot;
using config::DeploySection;

constexpr Seconds kLookAgain(3600);  // the wall clock may have been set meanwhile
constexpr std::uint32_t kMode = 0640;
constexpr std::size_t kFile = 1u << 20;
constexpr std::uint64_t kJitter = 1u << 16;

// A date beyond every pause of ours comes from a clock that was wrong.
bool is_due(WallTime next, WallTime now) { return next <= now || next - now > acme::kLongestPause; }

std::string mark_of(const std::string& command) { return to_hex(crypto::sha256(command)); }

}  // namespace

Deliveries::Deliveries(DeliveriesParts parts, std::vector<DeploySection> receivers)
    : parts_(std::move(parts)), pauser_(parts_.clock), next_receivers_(std::move(receivers)) {
    if (parts_.runner) return;
    parts_.runner = [this](const process::CommandOrder& order, const std::function<void(std::string_view)>& take_line) {
        return process::run_command(order, parts_.clock, cancel_, take_line);
    };
}

Deliveries::~Deliveries() { stop(); }

void Deliveries::start() {
    if (thread_.joinable()) return;
    thread_ = Thread::start_or_end([this] {
        while (pauser_.idle_until(round())) continue;
    });
}

void Deliveries::stop() {
    pauser_.stop();
    cancel_.now();
    if (thread_.joinable()) thread_.join();
}

void Deliveries::finish() {
    pauser_.stop();
    if (!thread_.joinable()) return;
    thread_.join();
    (void)round();
}

void Deliveries::set(std::vector<DeploySection> receivers) {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        next_receivers_ = std::move(receivers);
    }
    wake();
}

// What nobody is to get any more is forgotten.
void Deliveries::take_receivers() {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (!next_receivers_) return;
        receivers_ = std::move(*next_receivers_);
        next_receivers_.reset();
    }
    std::erase_if(receivers_, [](const DeploySection& one) { return one.command.empty(); });
    std::set<std::pair<std::string, std::string>> wanted;
    for (const DeploySection& receiver : receivers_)
        for (const std::string& lineage : receiver.lineages) wanted.emplace(receiver.name, lineage);
    if (std::erase_if(book_, [&](const auto& entry) { return wanted.count(entry.first) == 0; }) > 0) save();
    for (auto& [who, entry] : book_) entry.next = {};  // perhaps what was changed was what kept them
}

// Damaged it is set aside: at worst something is delivered twice.
void Deliveries::load() {
    if (std::exchange(loaded_, true)) return;
    const std::string file = parts_.state + "/deliveries.json";
    const auto text = parts_.files.read(file, kFile);
    if (!text.ok() && text.error().number() == ENOENT) return;
    auto book = text.ok() ? delivery_book_from(*text) : Result<DeliveryBook>(text.error());
    if (book.ok()) {
        book_ = std::move(*book);
        return;
    }
    const auto moved = parts_.files.rename(file, file + ".damaged-1");
    parts_.log.warn("delivery.damaged", {{"file", file}, {"why", book.error().text()}, {"set_aside", moved.ok() ? "yes" : "no"}});
}

void Deliveries::save() {
    const auto saved = parts_.files.atomic_write(parts_.state + "/deliveries.json", to_text(book_), kMode);
    if (!saved.ok() && !save_failed_)
        parts_.log.warn("delivery.not_kept", {{"why", saved.error().text()}, {"means", "after a restart it may be delivered again"}});
    save_failed_ = !saved.ok();
}

void Deliveries::deliver(const DeploySection& receiver, const CertStatus& certificate, Delivery& entry) {
    const process::OwnerCommand command{
        receiver.name, "delivery", receiver.command, certificate.name,
        {process::renewed_lineage(parts_.state + "/live", certificate.name), process::renewed_domains(certificate.names)}, Seconds(receiver.timeout)};
    const std::string trouble = process::run_owner_command(command, parts_.home, parts_.runner, parts_.log);
    const std::string& fingerprint = certificate.facts->fingerprint;
    if (trouble.empty()) {
        entry = {fingerprint, mark_of(receiver.command), parts_.clock.wall(), "", 0, {}, ""};
    } else {
        entry.failures = entry.failed == fingerprint ? entry.failures + 1 : 1;
        entry.failed = fingerprint;
        entry.trouble = trouble;
        entry.next = parts_.clock.wall() + acme::pause_between_runs({entry.failures, true, false, std::nullopt}, parts_.random.below(kJitter));
    }
    save();
}

// Delivers if it is due. The moment of the next try, if there is to be one.
std::optional<WallTime> Deliveries::look(const DeploySection& receiver, const std::string& lineage, const StatusSnapshot& status) {
    const CertStatus* certificate = find_deliverable(status, lineage);
    if (certificate == nullptr) return std::nullopt;
    Delivery& entry = book_[{receiver.name, lineage}];
    const std::string& fingerprint = certificate->facts->fingerprint;
    if (entry.delivered == fingerprint && entry.by == mark_of(receiver.command)) {
        entry.failed.clear();  // it was another one's, which serves no longer
        return std::nullopt;
    }
    const bool waits = entry.failed == fingerprint && !is_due(entry.next, parts_.clock.wall());
    if (!waits && !cancel_.called()) deliver(receiver, *certificate, entry);
    if (entry.failed.empty()) return std::nullopt;
    return entry.next;
}

void Deliveries::publish() {
    const auto status = parts_.status.get();
    std::vector<DeliveryView> views;
    for (const DeploySection& receiver : receivers_) {
        for (const std::string& lineage : receiver.lineages) {
            DeliveryView& view = views.emplace_back();
            view.receiver = receiver.name;
            view.certificate = lineage;
            const auto found = book_.find({receiver.name, lineage});
            if (found == book_.end()) continue;
            const Delivery& entry = found->second;
            if (!entry.delivered.empty()) view.at = entry.at;
            if (!entry.failed.empty()) {
                view.state = DeliveryView::State::kFailing;
                view.next = entry.next;
                view.trouble = entry.trouble;
            } else if (!entry.delivered.empty()) {
                view.state = DeliveryView::State::kDelivered;
            }
        }
    }
    std::lock_guard<std::mutex> hold(mutex_);
    views_ = std::move(views);
}

std::vector<DeliveryView> Deliveries::views() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return views_;
}

std::vector<std::string> Deliveries::troubles() const {
    std::vector<std::string> texts;
    for (const DeliveryView& view : views())
        if (view.state == DeliveryView::State::kFailing)
            texts.push_back("[deploy " + view.receiver + "] did not get the certificate " + view.certificate + ": " + view.trouble +
                            "; the log has its output; next try " + to_rfc3339(view.next->time_since_epoch().count()));
    return texts;
}

SteadyTime Deliveries::round() {
    load();
    take_receivers();
    std::optional<WallTime> next;
    if (const auto status = parts_.status.get()) {
        for (const DeploySection& receiver : receivers_) {
            for (const std::string& lineage : receiver.lineages) {
                const auto again = look(receiver, lineage, *status);
                if (again && (!next || *again < *next)) next = again;
                publish();
            }
        }
    }
    publish();
    if (!next) return parts_.clock.steady() + kLookAgain;
    return parts_.clock.steady() + std::clamp(Seconds(*next - parts_.clock.wall()), Seconds(1), kLookAgain);
}

}  // namespace postern::sharing
