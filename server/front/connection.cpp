#include "server/front/connection.h"

#include "server/base/limits.h"

namespace postern::front {

using http::Output;
using http::Phase;
using net::IoResult;
using net::IoStatus;

namespace {

// After so many buffers a connection lets the others of its loop have a turn.
constexpr int kRoundsPerTurn = 8;

}  // namespace

LoopSpace::LoopSpace() : in(new char[limits::kLoopInput]), out(new char[limits::kLoopOutput]) {}
LoopSpace::~LoopSpace() = default;

Deadlines::Deadlines()
    : handshake(limits::kHandshakeTime),
      head(limits::kHeaderTime),
      body(limits::kBodyTime),
      idle(limits::kIdleTime),
      writing(limits::kWriteStall),
      linger(limits::kLingerTime) {}

Connection::Connection(Parts parts, LoopSpace& space, Deadlines& deadlines)
    : parts_(std::move(parts)), space_(space), deadlines_(deadlines) {
    established_ = parts_.stream->established();
    enter(established_ ? Place::kHead : Place::kHandshake);
}

Connection::~Connection() = default;

std::string Connection::failure() const { return parts_.tls ? parts_.tls->failure() : ""; }

http::Context Connection::context() const {
    http::Context context;
    context.secure = parts_.tls != nullptr;
    context.peer = parts_.peer;
    if (parts_.tls) context.server_name = parts_.tls->server_name();
    context.local_port = parts_.local_port;
    context.now = space_.now;
    context.wall = space_.wall;
    return context;
}

void Connection::enter(Place place) {
    place_ = place;
    switch (place) {
        case Place::kHandshake: deadlines_.handshake.enter(*this, space_.now); break;
        case Place::kHead: deadlines_.head.enter(*this, space_.now); break;
        case Place::kBody: deadlines_.body.enter(*this, space_.now); break;
        case Place::kIdle: deadlines_.idle.enter(*this, space_.now); break;
        case Place::kWriting: deadlines_.writing.enter(*this, space_.now); break;
        case Place::kLinger: deadlines_.linger.enter(*this, space_.now); break;
    }
}

// Deadlines are absolute from the start of a phase: a phase entered already is not entered again. The exceptions are idle
// (each answer starts it anew) and writing (see send(): each byte that the peer takes does).
void Connection::place_by_phase() {
    if (!established_ || place_ == Place::kLinger) return;
    switch (parts_.session->phase()) {
        case Phase::kIdle:
            if (answered_)
                enter(Place::kIdle);
            else if (place_ != Place::kHead)
                enter(Place::kHead);  // connected and silent: as one who drips a head
            break;
        case Phase::kHead:
            if (place_ != Place::kHead) enter(Place::kHead);
            break;
        case Phase::kBody:
            if (place_ != Place::kBody) enter(Place::kBody);
            break;
        case Phase::kWriting:
        case Phase::kClosing:
            if (place_ != Place::kWriting) enter(Place::kWriting);
            break;
    }
}

Connection::Step Connection::send(std::string_view bytes) {
    if (!bytes.empty()) answered_ = true;
    while (!bytes.empty()) {
        IoResult result = parts_.stream->write(bytes);
        if (result.status == IoStatus::kOk) {
            bytes.remove_prefix(result.bytes);
            continue;
        }
        if (result.status != IoStatus::kWait) return Step::kClose;
        pending_.assign(bytes);
        pending_sent_ = 0;
        enter(Place::kWriting);
        return Step::kBlocked;
    }
    return Step::kMore;
}

// What an earlier turn could not send goes first. Any progress starts the stall deadline anew.
Connection::Step Connection::send_pending() {
    IoResult flushed = parts_.stream->flush();
    if (flushed.status == IoStatus::kFailed) return Step::kClose;
    if (flushed.status == IoStatus::kWait) {
        if (place_ != Place::kWriting) enter(Place::kWriting);
        return Step::kBlocked;
    }
    while (pending_sent_ < pending_.size()) {
        IoResult result = parts_.stream->write(std::string_view(pending_).substr(pending_sent_));
        if (result.status == IoStatus::kWait) return Step::kBlocked;
        if (result.status != IoStatus::kOk) return Step::kClose;
        pending_sent_ += result.bytes;
        enter(Place::kWriting);
    }
    if (!pending_.empty()) {
        std::string().swap(pending_);
        pending_sent_ = 0;
    }
    return Step::kMore;
}

Connection::Step Connection::feed(std::string_view bytes, Output& out) {
    std::size_t taken = parts_.session->feed(bytes, *parts_.handler, context(), out);
    bool closing_now = parts_.session->phase() == Phase::kClosing;
    if (taken < bytes.size() && !closing_now) {
        if (bytes.data() == unfed_.data())
            unfed_.erase(0, taken);
        else
            unfed_.assign(bytes.substr(taken));
    } else if (!unfed_.empty()) {
        std::string().swap(unfed_);
    }
    return Step::kMore;
}

Connection::Step Connection::take_input(Output& out) {
    if (!unfed_.empty()) return feed(unfed_, out);
    if (!input_open_) return Step::kClose;
    IoResult got = parts_.stream->read(space_.in.get(), limits::kLoopInput);
    if (!established_ && parts_.stream->established()) {
        established_ = true;
        enter(Place::kHead);
    }
    switch (got.status) {
        case IoStatus::kOk: return feed({space_.in.get(), got.bytes}, out);
        case IoStatus::kWait: return Step::kWait;
        case IoStatus::kFailed: return Step::kClose;
        case IoStatus::kEnd: break;
    }
    // The peer will send no more. Nothing is half-done here (that would be kWriting): the end.
    input_open_ = false;
    return Step::kClose;
}

// One buffer's worth: finish what is unsent, go on producing, else take input and answer it.
Connection::Step Connection::one_round() {
    Step step = send_pending();
    if (step != Step::kMore) return step;
    Output out(space_.out.get(), limits::kLoopOutput);
    Phase phase = parts_.session->phase();
    if (phase == Phase::kClosing) return Step::kClose;
    if (phase == Phase::kWriting) {
        parts_.session->produce(out);
        if (out.size() == 0 && parts_.session->phase() == Phase::kWriting) return Step::kClose;  // its source gave up
    } else {
        step = take_input(out);
        if (step != Step::kMore) return step;
    }
    step = send(out.bytes());
    if (step != Step::kMore) return step;
    phase = parts_.session->phase();
    if (phase == Phase::kWriting || phase == Phase::kClosing || !unfed_.empty()) return Step::kMore;
    return parts_.stream->has_buffered() ? Step::kMore : Step::kWait;
}

Connection::Turn Connection::settle(Step step) {
    if (step == Step::kClose) return finish();
    if (step == Step::kWait) place_by_phase();
    return step == Step::kMore ? Turn::kAgain : Turn::kWait;
}

Connection::Turn Connection::run() {
    if (place_ == Place::kLinger) return linger();
    Step step = Step::kMore;
    for (int round = 0; round < kRoundsPerTurn && step == Step::kMore; round++) step = one_round();
    return settle(step);
}

// Ends in good order where there is anything to be ended: after our last answer the peer may still be sending, and closing
// then would reset the connection and take the answer with it (RFC 9112 section 9.6).
Connection::Turn Connection::finish() {
    if (!established_ || !answered_ || !input_open_) {
        if (established_) parts_.stream->finish();
        return Turn::kClose;
    }
    parts_.stream->finish();
    enter(Place::kLinger);
    return linger();
}

Connection::Turn Connection::linger() {
    for (int round = 0; round < kRoundsPerTurn; round++) {
        IoResult got = parts_.stream->read(space_.in.get(), limits::kLoopInput);
        if (got.status == IoStatus::kWait) return Turn::kWait;
        if (got.status != IoStatus::kOk) return Turn::kClose;
    }
    return Turn::kAgain;
}

Connection::Turn Connection::time_out() {
    if (place_ == Place::kHead || place_ == Place::kBody) {
        Output out(space_.out.get(), limits::kLoopOutput);
        parts_.session->time_out(out, context());
        if (out.size() > 0 && send(out.bytes()) == Step::kMore) return finish();
        return Turn::kClose;
    }
    if (place_ == Place::kIdle) parts_.stream->finish();
    return Turn::kClose;
}

Connection::Turn Connection::drain() {
    if (!established_ || place_ == Place::kLinger) return established_ ? Turn::kWait : Turn::kClose;
    parts_.session->no_more_requests();
    if (parts_.session->phase() == Phase::kIdle || place_ == Place::kIdle) {
        parts_.stream->finish();
        return Turn::kClose;
    }
    return Turn::kWait;
}

}  // namespace postern::front
