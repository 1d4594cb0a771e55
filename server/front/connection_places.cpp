// Where a connection stands, and how long it may stand there: its part in the lists of deadlines.
#include <algorithm>
#include <utility>

#include "server/base/limits.h"
#include "server/front/connection.h"

namespace postern::front {

using http::Phase;

ConnectionState Connection::state_of(Place place) {
    switch (place) {
        case Place::kHandshake: return ConnectionState::kHandshake;
        case Place::kHead:
        case Place::kBody: return ConnectionState::kReading;
        case Place::kWaiting: return ConnectionState::kWaiting;
        case Place::kStreaming: return ConnectionState::kStreaming;
        case Place::kIdle:
        case Place::kAsleep: return ConnectionState::kIdle;
        case Place::kWriting:
        case Place::kSlow: return ConnectionState::kWriting;
        case Place::kLinger: return ConnectionState::kClosing;
    }
    return ConnectionState::kClosing;
}

void Connection::enter(Place place) {
    if (const ConnectionState before = state_of(place_), now = state_of(place); before != now) {
        space_.count(before, -1);
        space_.count(now, 1);
    }
    place_ = place;
    switch (place) {
        case Place::kHandshake: deadlines_.handshake.enter(*this, space_.now); break;
        case Place::kHead: deadlines_.head.enter(*this, space_.now); break;
        case Place::kBody: deadlines_.body.enter(*this, space_.now); break;
        case Place::kWaiting: deadlines_.waiting.enter(*this, space_.now); break;
        case Place::kStreaming: deadlines_.streaming.enter(*this, space_.now); break;
        case Place::kIdle: deadlines_.idle.enter(*this, space_.now); break;
        case Place::kAsleep: deadlines_.asleep.enter(*this, space_.now); break;
        case Place::kWriting: deadlines_.writing.enter(*this, space_.now); break;
        case Place::kSlow: deadlines_.slow.enter(*this, space_.now); break;
        case Place::kLinger: deadlines_.linger.enter(*this, space_.now); break;
    }
}

Connection::Place Connection::place_by_phase() const {
    switch (parts_.session->phase()) {
        case Phase::kIdle: return answered_ ? Place::kIdle : Place::kHead;  // connected and silent: as one who drips a head
        case Phase::kHead: return Place::kHead;
        case Phase::kBody: return Place::kBody;
        case Phase::kWaiting: return Place::kWaiting;
        case Phase::kStreaming: return Place::kStreaming;
        case Phase::kWriting:
        case Phase::kClosing: break;
    }
    return Place::kWriting;
}

// Deadlines are absolute from the start of a phase: a phase entered already is entered again only if the peer took bytes of
// an answer meanwhile. So idle time counts from the last answer, a head or body from the one before it. How fast an answer
// is taken is for keeps_pace() alone: a byte now and then gains nothing.
void Connection::settle_place(bool blocked) {
    if (!established_ || place_ == Place::kLinger) return;
    Place next = blocked ? Place::kWriting : place_by_phase();
    if (next == Place::kWriting) {
        if (is_writing()) return;
        delivered_ = parts_.stream->delivered();
    }
    bool same = next == place_ || (next == Place::kIdle && place_ == Place::kAsleep);
    if (!same || renews(next)) enter(next);
    else if (place_ == Place::kAsleep && parts_.tls) parts_.tls->rest();  // was woken by a ping
}

// Of many requests at a time each has its own age, and a ping is no use of the connection.
bool Connection::renews(Place next) {
    if (!parts_.session->multiplexes()) return moved_;
    const bool progress = parts_.session->take_progress();
    return next == Place::kIdle || next == Place::kBody ? progress : next == Place::kStreaming && (moved_ || progress);
}

bool Connection::keeps_pace() {
    const std::uint64_t delivered = parts_.stream->delivered();
    taken_ = delivered - std::min(std::exchange(delivered_, delivered), delivered);
    const bool was_slow = place_ == Place::kSlow;
    const std::size_t brisk = limits::kBriskBytes * (was_slow ? limits::kSlowWindow / limits::kPaceWindow : 1);
    if (was_slow && taken_ < limits::kSlowBytes) return false;
    enter(taken_ >= brisk ? Place::kWriting : Place::kSlow);
    return true;
}

}  // namespace postern::front
