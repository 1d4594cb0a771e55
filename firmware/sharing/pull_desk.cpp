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

bool may_have(const DeploySection& receiver, const std::string& certificate) {
    return std::find(receiver.lineages.begin(), receiver.lineages.end(), certificate) != receiver.lineages.end();
}

const DeploySection* find_receiver(const std::vector<DeploySection>& receivers, const std::string& name) {
    const auto at = std::find_if(receivers.begin(), receivers.end(), [&](const DeploySection& one) { return one.name == name; });
    return at == receivers.end() ? nullptr : &*at;
}

}  // namespace

void PullDesk::set(std::vector<DeploySection> receivers) {
    std::erase_if(receivers, [](const DeploySection& one) { return one.pull_token == nullptr; });
    std::lock_guard<std::mutex> hold(mutex_);
    receivers_ = std::move(receivers);
    std::erase_if(given_, [&](const auto& entry) {
        const DeploySection* receiver = find_receiver(receivers_, entry.first.first);
        return receiver == nullptr || !may_have(*receiver, entry.first.second);
    });
}

// All receivers are looked through, whichever it is: time tells nothing of their names.
bool PullDesk::is_let_in(const PullOrder& order) const {
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

std::optional<Pulled> PullDesk::refuse(const PullOrder& order) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (!is_let_in(order)) {
        tell_refusal(order);
        return Pulled{};
    }
    if (!may_have(*find_receiver(receivers_, order.receiver), order.certificate)) return Pulled{Pulled::Outcome::kUnknown, "", ""};
    return std::nullopt;
}

Pulled PullDesk::read(const std::string& name, const CertStatus& certificate) const {
    acme::Archive archive(parts_.files, parts_.state, FileSystem::kKeepGroup);
    auto pair = archive.read(name, certificate.generation);
    if (!pair) return {Pulled::Outcome::kNotYet, pair.error().text(), ""};
    std::string text(pair->key.view());
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += pair->fullchain;
    std::string tag = to_hex(crypto::sha256(text)).substr(0, 2 * kTagBytes);
    return {Pulled::Outcome::kGiven, std::move(text), std::move(tag)};
}

void PullDesk::note(const PullOrder& order, const std::string& fingerprint) {
    std::lock_guard<std::mutex> hold(mutex_);
    const DeploySection* receiver = find_receiver(receivers_, order.receiver);
    if (receiver == nullptr || !may_have(*receiver, order.certificate)) return;  // gone since it was asked
    Given& given = given_[{order.receiver, order.certificate}];
    if (given.fingerprint != fingerprint)
        parts_.log.info("pulled", {{"receiver", order.receiver}, {"certificate", order.certificate}, {"peer", order.peer}});
    given = {fingerprint, parts_.clock.wall()};
}

Pulled PullDesk::pull(const PullOrder& order) {
    if (auto refused = refuse(order)) return std::move(*refused);
    const auto status = parts_.status.get();
    const CertStatus* certificate = status ? find_deliverable(*status, order.certificate) : nullptr;
    if (certificate == nullptr) return {Pulled::Outcome::kNotYet, "no CA has signed a certificate for " + order.certificate + " yet", ""};
    Pulled pulled = read(order.certificate, *certificate);
    if (pulled.outcome == Pulled::Outcome::kGiven) note(order, certificate->facts->fingerprint);
    return pulled;
}

std::vector<DeliveryView> PullDesk::views() const {
    const auto status = parts_.status.get();
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<DeliveryView> views;
    for (const DeploySection& receiver : receivers_) {
        for (const std::string& name : receiver.lineages) {
            DeliveryView view{.receiver = receiver.name, .certificate = name, .at = {}, .next = {}, .trouble = {}};
            const CertStatus* certificate = status ? find_deliverable(*status, name) : nullptr;
            const auto given = given_.find({receiver.name, name});
            if (certificate != nullptr) view.state = DeliveryView::State::kReady;
            if (given != given_.end()) {
                view.at = given->second.at;
                if (certificate != nullptr && certificate->facts->fingerprint == given->second.fingerprint) view.state = DeliveryView::State::kDelivered;
            }
            views.push_back(std::move(view));
        }
    }
    return views;
}

}  // namespace postern::sharing
