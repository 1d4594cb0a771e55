#include "server/front/loop.h"

#include <algorithm>
#include <utility>

#include "server/base/heap.h"
#include "server/base/limits.h"
#include "server/base/tls_heap.h"
#include "server/front/loop_door.h"

namespace postern::front {

namespace {

void bump(std::atomic<unsigned long long>& counter) {
    // one writer each: a plain add is enough, the atomic is for the reader
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

Loop::Loop(Parts parts, net::Poller poller, net::Wakeup wakeup)
    : parts_(std::move(parts)), poller_(std::move(poller)), wakeup_(std::move(wakeup)) {
    space_.waker = std::make_unique<Bell>(wakeup_);
    space_.reactor = &residents_;
    space_.requests.open.set_most(parts_.max_held_open);
    if (parts_.access) access_ = std::make_unique<AccessBuffer>(parts_.access);
}

Loop::~Loop() {
    drain(Millis(0));
    join();
}

Result<std::unique_ptr<Loop>> Loop::make(Parts parts) {
    TRY(net::Poller poller, net::Poller::open());
    TRY(net::Wakeup wakeup, net::Wakeup::open());
    std::unique_ptr<Loop> loop(new Loop(std::move(parts), std::move(poller), std::move(wakeup)));
    TRY_VOID(loop->poller_.add_level(loop->wakeup_.fd(), nullptr));  // no owner: the wakeup itself
    return loop;
}

void Loop::start() {
    thread_ = Thread::start_or_end([this] {
        run();
        TlsHeap::drop_kept();
    });
}

void Loop::join() {
    if (thread_.joinable()) thread_.join();
}

void Loop::serve(std::vector<Post> posts) {
    std::lock_guard<std::mutex> hold(mail_mutex_);
    mail_ = std::move(posts);
    mail_waiting_ = true;
    wakeup_.wake();
}

void Loop::drain(Millis limit) {
    std::lock_guard<std::mutex> hold(mail_mutex_);
    drain_asked_ = true;
    drain_asked_until_ = parts_.clock.steady() + limit;
    wakeup_.wake();
}

void Loop::add_to(Stats& total) const {
    total.accepted += counters_.accepted.load(std::memory_order_relaxed);
    total.refused += counters_.refused.load(std::memory_order_relaxed);
    total.evicted += counters_.evicted.load(std::memory_order_relaxed);
    total.open += counters_.open.load(std::memory_order_relaxed);
    total.requests += counters_.requests.load(std::memory_order_relaxed);
    for (std::size_t place = 0; place < counters_.handshakes_by.size(); ++place) {
        const unsigned long long counted = counters_.handshakes_by[place].load(std::memory_order_relaxed);
        total.handshakes_by[place] += counted;
        total.handshakes += counted;
    }
    for (std::size_t state = 0; state < kConnectionStates; ++state)
        total.in_state[state] += space_.in_state[state].load(std::memory_order_relaxed);
    total.failed_handshakes += counters_.failed_handshakes.load(std::memory_order_relaxed);
    total.timeouts += counters_.timeouts.load(std::memory_order_relaxed);
}

void Loop::run() {
    for (;;) {
        std::span<const net::Poller::Event> events = poller_.wait(until_next());
        ++space_.turn;
        space_.now = parts_.clock.steady();
        space_.wall = parts_.clock.wall();
        for (const net::Poller::Event& event : events) handle_event(event);
        let_in();
        run_queued();
        run_handshakes();
        expire();
        graveyard_.clear();  // with its sessions go the connections that were opened for them
        residents_.end_turn();
        old_doors_.clear();
        if (access_) access_->flush_if_due(space_.now);
        trim();
        if (draining_ && (connections_.empty() || space_.now >= drain_until_)) break;
    }
    connections_.clear();
    residents_.leave();
    doors_.clear();
    if (access_) access_->flush();
    counters_.open.store(0, std::memory_order_relaxed);
}

void Loop::handle_event(const net::Poller::Event& event) {
    if (event.watched) return event.watched->ready(event.readable, event.writable);
    if (!event.owner) {
        take_mail();
        run_waiting();
        return;
    }
    if (Door* door = door_of(event.owner)) {
        knocking_.push_back(door);
        return;
    }
    auto& connection = *static_cast<Connection*>(event.owner);
    if (connection.closing) return;
    if (!connection.secure() || connection.handshake_done()) return apply(connection, connection.run({event.readable, event.ended, event.broken}));
    connection.note({event.readable, event.ended, event.broken});
    if (!std::exchange(connection.shaking, true)) shaking_.push_back(&connection);
}

// After those who are served already, and a few at a time: each takes about a millisecond, and a burst of them would be a pause
// for everybody else.
void Loop::run_handshakes() {
    for (int i = 0; i < limits::kHandshakesPerTurn && !shaking_.empty(); ++i) {
        Connection& connection = *shaking_.front();
        shaking_.pop_front();
        connection.shaking = false;
        apply(connection, connection.run({}));
    }
}

// After those who are here already: a newcomer may take the place of one whose request is there, only not read yet.
void Loop::let_in() {
    for (Door* door : knocking_)
        if (!door->closed) accept_from(*door);
    knocking_.clear();
}

// There are few doors and many connections: looking through the doors costs less than a tag in every event.
Loop::Door* Loop::door_of(const void* owner) const {
    for (const auto* list : {&doors_, &old_doors_})
        for (const auto& door : *list)
            if (door.get() == owner) return door.get();
    return nullptr;
}

void Loop::run_queued() {
    working_.swap(space_.queue);
    for (Connection* connection : working_) {
        connection->queued = false;
        if (!connection->closing) apply(*connection, connection->run({}));
    }
    working_.clear();
}

// Nobody says whose answer has come: those who wait are few, and asking is cheap. Over HTTP/2 one may wait among others that
// are at something else.
void Loop::run_waiting() {
    for (net::DeadlineList* list : {&deadlines_.waiting, &deadlines_.streaming, &deadlines_.writing, &deadlines_.slow,
                                    &deadlines_.head, &deadlines_.body}) {
        const bool waits = list == &deadlines_.waiting || list == &deadlines_.streaming;
        // who is run goes to the list's end, if it stays: one lap is enough
        net::DeadlineNode* const last = list->newest();
        for (net::DeadlineNode* node = list->oldest(); node != nullptr;) {
            auto& connection = *static_cast<Connection*>(node);
            node = node == last ? nullptr : list->after(*node);
            if (waits || connection.multiplexes()) apply(connection, connection.run({}));
        }
    }
}

void Loop::apply(Connection& connection, Connection::Turn turn) {
    note_handshake(connection);
    if (turn == Connection::Turn::kClose) {
        close(connection);
    } else if (turn == Connection::Turn::kAgain && !connection.queued) {
        connection.queued = true;
        space_.queue.push_back(&connection);
    }
}

void Loop::note_handshake(Connection& connection) {
    if (connection.counted_handshake || !connection.secure() || !connection.handshake_done()) return;
    connection.counted_handshake = true;
    bump(counters_.handshakes_by[handshake_place(connection.handshake_is_tls13(), connection.handshake_resumed())]);
}

// A balancer that is set up otherwise than we are: it comes again every moment.
void Loop::tell_badly_announced(const Connection& connection) {
    if (announce_told_ != SteadyTime{} && space_.now - announce_told_ < limits::kSameComplaint) return;
    announce_told_ = space_.now;
    parts_.log.warn("proxy_header_refused", {{"peer", connection.peer()}, {"why", connection.failure()}});
}

void Loop::close(Connection& connection) {
    if (connection.turned_away) bump(counters_.refused);
    if (connection.badly_announced()) {
        tell_badly_announced(connection);
    } else if (connection.secure() && !connection.handshake_done() && !connection.failure().empty()) {
        bump(counters_.failed_handshakes);
        if (parts_.log.enabled(LogLevel::kDebug))
            parts_.log.debug("handshake_failed", {{"peer", connection.peer()}, {"why", connection.failure()}});
    }
    connection.closing = true;
    connection.unlink();
    if (connection.queued) std::erase(space_.queue, &connection);  // it would outlive its grave there
    if (connection.shaking) std::erase(shaking_, &connection);
    std::size_t index = connection.index;
    std::unique_ptr<Connection> dead = std::move(connections_[index]);
    connections_[index] = std::move(connections_.back());
    connections_.pop_back();
    if (index < connections_.size()) connections_[index]->index = index;
    graveyard_.push_back(std::move(dead));
    parts_.places->give_back(connections_.size());
    freed_++;
    counters_.open.store(connections_.size(), std::memory_order_relaxed);
}

void Loop::expire(net::DeadlineList& list) {
    while (net::DeadlineNode* node = list.expired(space_.now)) {
        auto& connection = *static_cast<Connection*>(node);
        if (connection.stays_on()) continue;  // and is at the end of the list now
        bump(counters_.timeouts);
        Connection::Turn turn = connection.time_out();
        apply(connection, turn);
        // it either closed or moved on to another list; a node that stayed would keep us here for ever
        if (!connection.closing && list.expired(space_.now) == node) close(connection);
    }
}

void Loop::judge_pace(net::DeadlineList& list) {
    while (net::DeadlineNode* node = list.expired(space_.now)) {
        auto& connection = *static_cast<Connection*>(node);
        if (connection.keeps_pace()) continue;  // and is at the end of a list now
        bump(counters_.timeouts);
        close(connection);
    }
}

void Loop::expire() {
    expire(deadlines_.handshake);
    expire(deadlines_.head);
    expire(deadlines_.body);
    expire(deadlines_.waiting);
    expire(deadlines_.streaming);
    while (net::DeadlineNode* node = deadlines_.idle.expired(space_.now)) {
        static_cast<Connection*>(node)->sleep();
        freed_++;
        if (deadlines_.idle.oldest() != nullptr) continue;
        space_.requests.blocks.drop_kept();  // the last one: nobody needs them soon
        TlsHeap::cool();
    }
    expire(deadlines_.asleep);
    judge_pace(deadlines_.writing);
    judge_pace(deadlines_.slow);
    expire(deadlines_.linger);
    if (paused_ && space_.now - paused_since_ >= limits::kAcceptPause) {
        paused_ = false;
        for (auto& door : doors_) poller_.resume(door->post.listener->fd(), door.get());
    }
}

void Loop::trim() {
    if (freed_ < limits::kFreedBeforeTrim || space_.now - trimmed_at_ < limits::kBetweenTrims) return;
    TlsHeap::cool();
    give_free_memory_back();
    freed_ = 0;
    trimmed_at_ = space_.now;
}

Millis Loop::until_next() const {
    if (!space_.queue.empty() || !shaking_.empty()) return Millis(0);
    SteadyTime now = parts_.clock.steady();
    Millis soonest(-1);
    auto consider = [&](Millis wait) {
        if (wait.count() >= 0 && (soonest.count() < 0 || wait < soonest)) soonest = wait;
    };
    for (const net::DeadlineList* list : {&deadlines_.handshake, &deadlines_.head, &deadlines_.body, &deadlines_.waiting,
                                          &deadlines_.streaming, &deadlines_.idle, &deadlines_.asleep, &deadlines_.writing, &deadlines_.slow,
                                          &deadlines_.linger})
        consider(list->until_next(now));
    if (draining_) consider(std::max(drain_until_ - now, Millis(0)));
    if (paused_) consider(limits::kAcceptPause);
    if (access_) consider(access_->until_due(now));
    consider(residents_.until_next(now));
    if (freed_ >= limits::kFreedBeforeTrim) consider(std::max(limits::kBetweenTrims - (now - trimmed_at_), Millis(0)));
    return soonest;
}

}  // namespace postern::front
