#include "firmware/notify/notifier.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "server/base/heap.h"
#include "server/base/text.h"
#include "server/base/tls_heap.h"

namespace postern::notify {

namespace {

constexpr Seconds kLookAgain(3600);  // the wall clock may have been set meanwhile
constexpr Seconds kLongestPause(14400);
constexpr std::uint32_t kMode = 0640;
constexpr std::size_t kFile = 1u << 20;  // Memory::kParcels messages of at most 20 kB, and a line a certificate

// A date beyond every pause of ours comes from a clock that was wrong.
bool is_due(WallTime next, WallTime now) { return next <= now || next > now + kLongestPause; }

std::string date_of(WallTime time) { return to_rfc3339(time.time_since_epoch().count()); }

}  // namespace

Seconds pause_after(int failures) {
    static constexpr std::array<long long, 5> kPauses = {60, 300, 900, 3600, kLongestPause.count()};
    return Seconds(kPauses[static_cast<std::size_t>(std::clamp(failures, 1, static_cast<int>(kPauses.size())) - 1)]);
}

Notifier::Notifier(NotifierParts parts, config::NotifySection settings)
    : parts_(std::move(parts)), pauser_(parts_.clock), next_settings_(std::move(settings)) {}

Notifier::~Notifier() { stop(); }

void Notifier::start() {
    if (thread_.joinable()) return;
    thread_ = Thread::start_or_end([this] {
        while (pauser_.idle_until(round())) continue;
        TlsHeap::drop_kept();
    });
}

void Notifier::stop() {
    pauser_.stop();
    cancel_.now();
    {
        std::lock_guard<std::mutex> hold(mutex_);
        for (const auto& way : ways_) way->cancel();
    }
    if (thread_.joinable()) thread_.join();
}

void Notifier::finish() {
    pauser_.stop();
    if (!thread_.joinable()) return;
    thread_.join();
    (void)round();
}

void Notifier::set(config::NotifySection settings) {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        next_settings_ = std::move(settings);
    }
    wake();
}

std::vector<std::string> Notifier::troubles() const {
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<std::string> texts;
    for (const auto& [way, text] : troubles_) texts.push_back(text);
    return texts;
}

void Notifier::keep_trouble(const std::string& way, const std::string& text) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (text.empty()) troubles_.erase(way);
    else troubles_[way] = text;
}

void Notifier::take_settings() {
    std::optional<config::NotifySection> settings;
    {
        std::lock_guard<std::mutex> hold(mutex_);
        settings = std::exchange(next_settings_, std::nullopt);
    }
    if (!settings) return;
    std::vector<std::shared_ptr<Way>> ways;
    for (auto& way : parts_.make_ways(*settings)) ways.push_back(std::move(way));
    choice_ = ways.empty() ? Choice{} : Choice::of(settings->on);
    for (Parcel& parcel : memory_.outbox)  // perhaps it was what kept them
        for (auto& [way, attempts] : parcel.open) attempts.next = {};
    std::lock_guard<std::mutex> hold(mutex_);
    ways_ = std::move(ways);
    troubles_.clear();
}

// Damaged it is set aside: at worst something is told twice.
void Notifier::load() {
    if (std::exchange(loaded_, true)) return;
    const auto text = parts_.files.read(parts_.file, kFile);
    if (!text.ok() && text.error().number() == ENOENT) return;
    auto memory = text.ok() ? memory_from(*text) : Result<Memory>(text.error());
    if (memory.ok()) {
        memory_ = std::move(*memory);
        return;
    }
    const auto moved = parts_.files.rename(parts_.file, parts_.file + ".damaged-1");
    parts_.log.warn("notify.damaged", {{"file", parts_.file}, {"why", memory.error().text()}, {"set_aside", moved.ok() ? "yes" : "no"}});
}

void Notifier::save() {
    if (!std::exchange(unsaved_, false)) return;
    const auto saved = parts_.files.atomic_write(parts_.file, to_text(memory_), kMode);
    if (!saved.ok() && !save_failed_)
        parts_.log.warn("notify.not_kept", {{"why", saved.error().text()}, {"means", "after a restart it may be told again"}});
    save_failed_ = !saved.ok();
}

void Notifier::add(std::vector<Message> messages) {
    for (Message& message : messages) {
        std::array<unsigned char, 12> raw{};
        parts_.random.fill(raw);
        message.id = "postern-" + to_hex({reinterpret_cast<const char*>(raw.data()), raw.size()});
        Parcel parcel{std::move(message), {}};
        for (const auto& way : ways_) parcel.open[way->name()] = {};
        if (const std::size_t lost = memory_.add(std::move(parcel)); lost > 0)
            parts_.log.warn("notify.lost", {{"messages", static_cast<unsigned long>(lost)}, {"why", "too many are waiting"}});
    }
}

bool Notifier::send(Parcel& parcel, Way& way, Attempts& attempts) {
    const Message& message = parcel.message;
    const Deadline deadline{parts_.clock.steady() + kDeliveryTime, parts_.clock, cancel_};
    const Delivery delivery = way.deliver(message, deadline);
    if (cancel_.called() && delivery.outcome != Delivery::Outcome::kDelivered) return false;  // no verdict: the next start tries
    unsaved_ = true;
    if (delivery.outcome == Delivery::Outcome::kDelivered) {
        parts_.log.info("notify.sent", {{"way", way.name()}, {"event", message.event}, {"certificate", message.certificate}, {"said", delivery.said}});
        keep_trouble(way.name(), "");
        return true;
    }
    const WallTime now = parts_.clock.wall();
    attempts.next = now + pause_after(++attempts.count);
    const bool given_up = delivery.outcome == Delivery::Outcome::kNever || now - message.at > kKeptFor;
    const std::string next = given_up ? "given up" : "next try " + date_of(attempts.next);
    parts_.log.error("notify.failed", {{"way", way.name()}, {"event", message.event}, {"certificate", message.certificate},
                                       {"why", delivery.said}, {"next", next}});
    keep_trouble(way.name(), "the message '" + message.subject + "' could not be sent by " + way.name() + ": " + delivery.said + " (" + next + ")");
    return given_up;
}

// By each way for itself: one that stalls is tried last next time, and keeps no other from its message.
void Notifier::send_due() {
    const auto ways = ways_;  // this thread alone changes them
    for (Parcel& parcel : memory_.outbox) {
        std::erase_if(parcel.open, [&](const auto& open) {  // a way that is no longer configured
            return std::none_of(ways.begin(), ways.end(), [&](const auto& way) { return way->name() == open.first; });
        });
        for (const auto& way : ways) {
            const auto open = parcel.open.find(way->name());
            if (cancel_.called() || open == parcel.open.end() || !is_due(open->second.next, parts_.clock.wall())) continue;
            if (send(parcel, *way, open->second)) parcel.open.erase(open);
            save();
        }
    }
    const auto gone = std::erase_if(memory_.outbox, [](const Parcel& parcel) { return parcel.open.empty(); });
    unsaved_ = unsaved_ || gone > 0;
}

SteadyTime Notifier::next_round(std::optional<WallTime> look_again) const {
    const WallTime now = parts_.clock.wall();
    Seconds wait = kLookAgain;
    if (look_again) wait = std::min<Seconds>(wait, *look_again - now);
    for (const Parcel& parcel : memory_.outbox)
        for (const auto& [way, attempts] : parcel.open) wait = std::min<Seconds>(wait, attempts.next - now);
    return parts_.clock.steady() + std::max(wait, Seconds(1));
}

SteadyTime Notifier::round() {
    take_settings();
    load();
    std::optional<WallTime> look_again;
    if (const auto status = parts_.status.get(); status && !ways_.empty()) {
        Look seen = look(*status, choice_, memory_.known, parts_.clock.wall(), parts_.host);
        unsaved_ = unsaved_ || seen.changed;
        look_again = seen.next;
        add(std::move(seen.messages));
    }
    save();
    send_due();
    save();
    give_free_memory_back();  // a TLS handshake takes some 100 kB, and the next one is days away
    return next_round(look_again);
}

}  // namespace postern::notify
