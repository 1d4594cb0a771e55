#include "firmware/admin/event_hub.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "server/http/later.h"

namespace postern::admin {

namespace {

// A listener who was too slow, or comes from before a restart, starts anew: the page then reads the whole state again.
constexpr std::string_view kLost = "event: lost\ndata: {}\n\n";
constexpr std::string_view kBeat = ":\n\n";
constexpr std::string_view kHello = "retry: 3000\n\n";  // ms until a browser comes again

}  // namespace

struct EventHub::Ring {
    struct Event {
        std::uint64_t id;
        std::string text;  // as it is sent
    };
    mutable std::mutex mutex;
    std::deque<Event> events;  // in the order of their ids, which have no gaps
    std::size_t bytes = 0;
    std::uint64_t next_id = 1, beats = 0;
    std::vector<const http::Waker*> wakers;  // of each listener; several of one loop have the same

    std::uint64_t oldest() const { return events.empty() ? next_id : events.front().id; }
    // Each loop once.
    void wake_all() const {
        for (std::size_t i = 0; i < wakers.size(); ++i)
            if (std::find(wakers.begin(), wakers.begin() + static_cast<std::ptrdiff_t>(i), wakers[i]) ==
                wakers.begin() + static_cast<std::ptrdiff_t>(i))
                wakers[i]->wake();
    }
};

class EventHub::Listener final : public http::LiveSource {
public:
    Listener(std::shared_ptr<Ring> ring, const http::Waker& waker, std::uint64_t next, std::uint64_t beats, std::function<bool()> welcome)
        : ring_(std::move(ring)), waker_(waker), welcome_(std::move(welcome)), next_(next), beats_(beats) {}

    ~Listener() override {
        const std::lock_guard<std::mutex> hold(ring_->mutex);
        const auto at = std::find(ring_->wakers.begin(), ring_->wakers.end(), &waker_);
        if (at != ring_->wakers.end()) ring_->wakers.erase(at);
    }

    std::size_t read(char* into, std::size_t room) override {
        if (ended_ || !welcome_()) {
            ended_ = true;
            return 0;
        }
        std::size_t size = 0;
        const std::lock_guard<std::mutex> hold(ring_->mutex);
        while (size < room) {
            const std::string_view text = current();
            if (text.empty()) break;
            const std::size_t n = std::min(room - size, text.size() - at_);
            std::memcpy(into + size, text.data() + at_, n);
            size += n;
            at_ += n;
            if (at_ == text.size()) done();
        }
        return size;
    }

    bool ended() const override { return ended_; }

private:
    enum class Saying : unsigned char { kNothing, kHello, kEvent, kLost, kBeat };

    // What is being said, from its beginning; empty: nothing is to be said. With the lock.
    std::string_view current() {
        if (saying_ == Saying::kNothing) choose();
        switch (saying_) {
            case Saying::kHello: return kHello;
            case Saying::kEvent: return event();
            case Saying::kLost: return kLost;
            case Saying::kBeat: return kBeat;
            case Saying::kNothing: break;
        }
        return {};
    }

    void choose() {
        if (next_ < ring_->oldest()) {
            next_ = ring_->oldest();
            saying_ = Saying::kLost;
        } else if (next_ < ring_->next_id) {
            saying_ = Saying::kEvent;
        } else if (beats_ != ring_->beats) {
            saying_ = Saying::kBeat;
        }
        beats_ = ring_->beats;
    }

    // While it is half said, an event that left the ring ends the stream: whoever listens comes again and is told that some
    // are lost.
    std::string_view event() {
        if (next_ < ring_->oldest()) {
            ended_ = true;
            return {};
        }
        return ring_->events[next_ - ring_->oldest()].text;
    }

    void done() {
        if (saying_ == Saying::kEvent) ++next_;
        saying_ = Saying::kNothing;
        at_ = 0;
    }

    std::shared_ptr<Ring> ring_;
    const http::Waker& waker_;
    std::function<bool()> welcome_;
    std::uint64_t next_, beats_;
    std::size_t at_ = 0;  // bytes said of what is being said
    Saying saying_ = Saying::kHello;
    bool ended_ = false;
};

EventHub::EventHub() : ring_(std::make_shared<Ring>()) {}
EventHub::~EventHub() = default;

void EventHub::tell(std::string_view name, std::string_view data) {
    if (data.size() > kRing / 4) return;
    const std::lock_guard<std::mutex> hold(ring_->mutex);
    Ring& ring = *ring_;
    std::string text = "id: " + std::to_string(ring.next_id) + "\nevent: ";
    text.append(name).append("\ndata: ").append(data).append("\n\n");
    ring.bytes += text.size();
    ring.events.push_back({ring.next_id++, std::move(text)});
    while (ring.bytes > kRing) {
        ring.bytes -= ring.events.front().text.size();
        ring.events.pop_front();
    }
    ring.wake_all();
}

void EventHub::beat() {
    const std::lock_guard<std::mutex> hold(ring_->mutex);
    ++ring_->beats;
    ring_->wake_all();
}

std::unique_ptr<http::LiveSource> EventHub::listen(const http::Waker& waker, std::uint64_t after, std::function<bool()> welcome) {
    const std::lock_guard<std::mutex> hold(ring_->mutex);
    if (ring_->wakers.size() >= kListeners) return nullptr;
    ring_->wakers.push_back(&waker);
    // an id from the future is from before a restart
    const std::uint64_t next = after == 0 ? ring_->next_id : after < ring_->next_id ? after + 1 : 0;
    return std::make_unique<Listener>(ring_, waker, next, ring_->beats, std::move(welcome));
}

std::size_t EventHub::listeners() const {
    const std::lock_guard<std::mutex> hold(ring_->mutex);
    return ring_->wakers.size();
}

}  // namespace postern::admin
