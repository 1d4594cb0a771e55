#include "firmware/sharing/pull_desk.h"

#include <algorithm>

#include "acme/store/archive.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"

namespace postern::sharing {
namespace {

using acme::CertStatus;
using config::DeploySection;

constexpr Seconds kRefusalsTold(60);  // who guesses fills no log
constexpr std::size_t kTagBytes = 16;

// Only what a CA has signed, and what serves, as for those to whom it is taken.
std::optional<CertStatus> find_public(const std::shared_ptr<const acme::StatusSnapshot>& status, const std::string& name) {
    if (!status) return std::nullopt;
    for (const CertStatus& one : status->certificates)
        if (one.name == name && one.rung == acme::Rung::kPublic && one.facts) return one;
    return std::nullopt;
}

bool may_have(const DeploySection& receiver, const std::string& certificate) {
    return std::find(receiver.lineages.begin(), receiver.lineages.end(), certificate) != receiver.lineages.end();
}

}  // namespace

void PullDesk::set(std::vector<DeploySection> receivers) {
    std::erase_if(receivers, [](const DeploySection& one) { return one.pull_token == nullptr; });
    std::lock_guard<std::mutex> hold(mutex_);
    receivers_ = std::move(receivers);
}

// All receivers are looked through, whichever it is: time tells nothing of their names.
bool PullDesk::is_let_in(const PullOrder& order) {
    bool found = false;
    for (const DeploySection& one : receivers_)
        if (equal_constant_time(order.token, one.pull_token->view()) && one.name == order.receiver) found = true;
    return found;
}

void PullDesk::tell_refusal(const PullOrder& order) {
    ++refusals_;
    const SteadyTime now = parts_.clock.steady();
    if (refusals_told_ != SteadyTime{} && now - refusals_told_ < kRefusalsTold) return;
    parts_.log.warn("pull_refused", {{"peer", order.peer}, {"receiver", printable(order.receiver, 80)}, {"count", refusals_}});
    refusals_told_ = now;
    refusals_ = 0;
}

Pulled PullDesk::give(const PullOrder& order) {
    const auto certificate = find_public(parts_.status.get(), order.certificate);
    if (!certificate) return {Pulled::Outcome::kNotYet, "no CA has signed a certificate for " + order.certificate + " yet", ""};
    acme::Archive archive(parts_.files, parts_.state, FileSystem::kKeepGroup);
    auto pair = archive.read(order.certificate, certificate->generation);
    if (!pair) return {Pulled::Outcome::kNotYet, pair.error().text(), ""};
    std::string text(pair->key.view());
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += pair->fullchain;
    std::string tag = to_hex(crypto::sha256(text)).substr(0, 2 * kTagBytes);
    Given& given = given_[{order.receiver, order.certificate}];
    if (given.fingerprint != certificate->facts->fingerprint)
        parts_.log.info("pulled", {{"receiver", order.receiver}, {"certificate", order.certificate}, {"peer", order.peer}});
    given = {certificate->facts->fingerprint, parts_.clock.wall()};
    return {Pulled::Outcome::kGiven, std::move(text), std::move(tag)};
}

Pulled PullDesk::pull(const PullOrder& order) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (!is_let_in(order)) {
        tell_refusal(order);
        return {};
    }
    const auto receiver = std::find_if(receivers_.begin(), receivers_.end(), [&](const DeploySection& one) { return one.name == order.receiver; });
    if (!may_have(*receiver, order.certificate)) return {Pulled::Outcome::kUnknown, "", ""};
    return give(order);
}

std::vector<DeliveryView> PullDesk::views() const {
    const auto status = parts_.status.get();
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<DeliveryView> views;
    for (const DeploySection& receiver : receivers_) {
        for (const std::string& name : receiver.lineages) {
            DeliveryView view{.receiver = receiver.name, .certificate = name, .at = {}, .next = {}, .trouble = {}};
            const auto certificate = find_public(status, name);
            const auto given = given_.find({receiver.name, name});
            if (certificate) view.state = DeliveryView::State::kReady;
            if (given != given_.end()) {
                view.at = given->second.at;
                if (certificate && certificate->facts->fingerprint == given->second.fingerprint) view.state = DeliveryView::State::kDelivered;
            }
            views.push_back(std::move(view));
        }
    }
    return views;
}

}  // namespace postern::sharing
