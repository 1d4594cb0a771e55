#include "server/front/connection.h"

#include <algorithm>
#include <utility>

#include "server/base/limits.h"
#include "server/http/h2_session.h"

namespace postern::front {

using http::Output;
using http::Phase;
using net::IoResult;
using net::IoStatus;

Connection::Connection(Parts parts, LoopSpace& space, Deadlines& deadlines)
    : parts_(std::move(parts)), space_(space), deadlines_(deadlines) {
    established_ = parts_.stream->established();
    of_proxy_ = parts_.trusted && contains(parts_.trusted->networks, parts_.peer);
    space_.count(state_of(place_), 1);
    enter(established_ ? Place::kHead : Place::kHandshake);
}

Connection::~Connection() { space_.count(state_of(place_), -1); }

bool Connection::badly_announced() const {
    return parts_.announced != nullptr && parts_.announced->header().state == net::ProxyHeader::State::kBad;
}

std::string Connection::failure() const {
    if (badly_announced()) return parts_.announced->header().why;
    return parts_.tls ? parts_.tls->failure() : "";
}

http::Context Connection::context() {
    http::Context context;
    context.secure = parts_.tls != nullptr;
    context.peer = parts_.peer;
    context.local = parts_.local;
    if (parts_.tls) context.server_name = parts_.tls->server_name();
    context.local_port = parts_.local_port;
    if (of_proxy_) context.trusted = &parts_.trusted->networks;
    context.access = parts_.access;
    context.counts = parts_.counts;
    context.waker = space_.waker.get();
    context.rouser = this;
    context.reactor = space_.reactor;
    context.now = space_.now;
    context.wall = space_.wall;
    return context;
}

// As much of `bytes` as the peer takes, and of what the stream holds back; shortens `bytes` by what need not come again.
Connection::Step Connection::push(std::string_view& bytes) {
    while (!bytes.empty()) {
        IoResult result = parts_.stream->write(bytes);
        if (result.status == IoStatus::kWait) break;
        if (result.status != IoStatus::kOk) return Step::kClose;
        bytes.remove_prefix(result.bytes);
        moved_ = true;
    }
    IoResult flushed = bytes.empty() ? parts_.stream->flush() : IoResult{IoStatus::kWait};
    if (flushed.status == IoStatus::kOk) return Step::kMore;
    return flushed.status == IoStatus::kWait ? Step::kBlocked : Step::kClose;
}

Connection::Step Connection::send(std::string_view bytes) {
    if (bytes.empty()) return Step::kMore;
    answered_ = true;
    Step step = Step::kMore;
    const std::string_view rest = secure() ? "" : parts_.session->rest().substr(0, limits::kPlainPiece);
    if (rest.empty()) {
        step = push(bytes);
    } else {  // a head and what follows it in memory: together, so that not even the head is a packet of its own
        const IoResult sent = parts_.stream->write_both(bytes, rest);
        if (sent.status != IoStatus::kOk && sent.status != IoStatus::kWait) return Step::kClose;
        moved_ = moved_ || sent.bytes > 0;
        const std::size_t of_head = std::min(sent.bytes, bytes.size());
        bytes.remove_prefix(of_head);
        parts_.session->took(sent.bytes - of_head);
        if (!bytes.empty()) step = Step::kBlocked;
    }
    if (step == Step::kBlocked) {
        pending_.assign(bytes);
        pending_sent_ = 0;
    }
    return step;
}

// What an earlier turn could not send goes first.
Connection::Step Connection::send_unsent() {
    IoResult flushed = parts_.stream->flush();
    if (flushed.status == IoStatus::kFailed) return Step::kClose;
    moved_ = moved_ || flushed.bytes > 0;
    if (flushed.status == IoStatus::kWait) return Step::kBlocked;
    if (pending_.empty()) return Step::kMore;
    std::string_view rest = std::string_view(pending_).substr(pending_sent_);
    Step step = push(rest);
    pending_sent_ = pending_.size() - rest.size();
    if (rest.empty()) {
        std::string().swap(pending_);
        pending_sent_ = 0;
    }
    return step;
}

// What the session has in memory goes out from there.
Connection::Step Connection::send_rest() {
    std::string_view piece = parts_.session->rest().substr(0, secure() ? limits::kLoopOutput : limits::kPlainPiece);
    if (piece.empty()) return Step::kMore;
    const std::size_t size = piece.size();
    const Step step = push(piece);
    parts_.session->took(size - piece.size());
    return step;
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

// The PROXY header says whose the connection is. False where it may not stay: who has too many open already is not let in by that way either.
bool Connection::introduce() {
    introduced_ = true;
    of_proxy_ = false;  // where the header does not say whose it is, what comes behind it is still a stranger's
    if (!parts_.announced->header().told) return true;
    const net::Address& source = parts_.announced->header().source;
    parts_.peer = source.host();
    of_proxy_ = contains(parts_.trusted->networks, parts_.peer);
    turned_away = !of_proxy_ && !parts_.place.take(client_key(source));
    return !turned_away;
}

bool Connection::begin() {
    established_ = true;
    enter(Place::kHead);
    if (!parts_.tls || parts_.tls->protocol() != "h2") return true;
    parts_.session = http::make_h2_session(space_.requests, parts_.max_body, parts_.refusal);
    return parts_.session != nullptr;
}

Connection::Step Connection::take_input(Output& out) {
    if (!unfed_.empty()) return feed(unfed_, out);
    if (!readable_) return Step::kWait;
    IoResult got = parts_.stream->read(space_.in.get(), limits::kLoopInput);
    if (!introduced_ && parts_.announced != nullptr && parts_.announced->established() && !introduce()) return Step::kClose;
    if (!established_ && parts_.stream->established() && !begin()) return Step::kClose;
    switch (got.status) {
        case IoStatus::kOk:
            readable_ = ended_ || parts_.stream->has_buffered();
            return feed({space_.in.get(), got.bytes}, out);
        case IoStatus::kWait:
            // a TLS stream stops at a short read, and the end may stand behind that: once more, then
            readable_ = std::exchange(ended_, false) || parts_.stream->has_buffered();
            // HTTP/2 says its settings first
            return readable_ || (parts_.session->multiplexes() && parts_.session->has_output()) ? Step::kMore : Step::kWait;
        case IoStatus::kFailed: return Step::kClose;
        case IoStatus::kEnd: break;
    }
    // The peer will send no more. Nothing is half-done here (that would be kWriting): the end.
    input_open_ = false;
    return Step::kClose;
}

// What came while an answer was being sent was announced then, and will not be again: readable_ remembers it.
bool Connection::more_to_do() const {
    Phase phase = parts_.session->phase();
    if (phase == Phase::kWaiting) return has_input();
    return readable_ || phase == Phase::kWriting || phase == Phase::kStreaming || phase == Phase::kClosing || !unfed_.empty();
}

// Minutes may pass until there is more to say, to a hundred who listen.
Connection::Step Connection::rest_between_events() {
    if (parts_.tls) parts_.tls->rest();
    return Step::kWait;
}

// What the session would take.
bool Connection::has_input() const { return (readable_ || !unfed_.empty()) && parts_.session->takes_input(); }

// Whatever is ready of all answers, and then more input: there may be a window in it, or a request that is quicker answered.
Connection::Step Connection::multiplexed_round() {
    http::Session& session = *parts_.session;
    if (session.phase() == Phase::kClosing) return Step::kClose;
    Output out(space_.out.get(), limits::kLoopOutput);
    session.resume(context(), out);
    Step input = Step::kMore;
    if (out.room() > 0 && has_input()) input = take_input(out);
    if (input == Step::kClose) return input;
    const Step step = send(out.bytes());
    if (step != Step::kMore) return step;
    const Phase phase = session.phase();
    if (has_input() || session.has_output() || phase == Phase::kClosing) return Step::kMore;
    if (phase != Phase::kStreaming) return Step::kWait;
    return out.size() > 0 ? Step::kMore : rest_between_events();
}

// One buffer's worth: finish what is unsent, go on producing, else take input and answer it.
Connection::Step Connection::one_round() {
    if (broken_ && keeps_time()) return Step::kClose;  // what is passed on may not be read, or written, for long
    Step step = send_unsent();
    if (step != Step::kMore) return step;
    if (parts_.session->multiplexes()) return multiplexed_round();
    Output out(space_.out.get(), limits::kLoopOutput);
    Phase phase = parts_.session->phase();
    if (phase == Phase::kClosing) return Step::kClose;
    if (phase == Phase::kWriting && !parts_.session->rest().empty()) {
        // below
    } else if (phase == Phase::kWriting) {
        parts_.session->produce(out);
        if (out.size() == 0 && parts_.session->phase() == Phase::kWriting) return Step::kClose;  // its source gave up
    } else if (phase == Phase::kWaiting) {
        parts_.session->resume(context(), out);
        if (parts_.session->phase() == Phase::kWaiting) return ended_ && keeps_time() ? Step::kClose : Step::kWait;
    } else if (phase == Phase::kStreaming) {
        if (ended_) return Step::kClose;  // nobody listens any more
        parts_.session->resume(context(), out);
        if (out.size() == 0 && parts_.session->phase() == Phase::kStreaming) return rest_between_events();
    } else {
        step = take_input(out);
        if (step != Step::kMore) return step;
    }
    step = send(out.bytes());
    if (step == Step::kMore) step = send_rest();
    if (step != Step::kMore) return step;
    return more_to_do() ? Step::kMore : Step::kWait;
}

Connection::Turn Connection::settle(Step step) {
    if (step == Step::kClose) return finish();
    if (step == Step::kBlocked) parts_.session->stand_back();
    bool done = step == Step::kWait && established_ && parts_.session->phase() == Phase::kIdle;
    if (draining_ && done) {
        if (moved_) return finish();
        say_goodbye();
        return Turn::kClose;
    }
    settle_place(step == Step::kBlocked);
    return step == Step::kMore ? Turn::kAgain : Turn::kWait;
}

void Connection::note(Ready ready) {
    readable_ = readable_ || ready.readable;
    ended_ = ended_ || ready.ended;
    broken_ = broken_ || ready.broken;
}

Connection::Turn Connection::run(Ready ready) {
    note(ready);
    if (place_ == Place::kLinger) return linger();
    moved_ = false;
    Step step = Step::kMore;
    for (int round = 0; round < limits::kRoundsPerTurn && step == Step::kMore; round++) step = one_round();
    return settle(step);
}

void Connection::say_goodbye() {
    if (established_ && parts_.tls) parts_.stream->finish();  // without TLS closing says it all
}

// Ends in good order where there is anything to be ended: after our last answer the peer may still be sending, and closing
// then would reset the connection and take the answer with it (RFC 9112 section 9.6).
Connection::Turn Connection::finish() {
    if (!established_ || !answered_ || !input_open_) {
        say_goodbye();
        return Turn::kClose;
    }
    parts_.session->stand_back();
    parts_.stream->finish();
    enter(Place::kLinger);
    return linger();
}

Connection::Turn Connection::linger() {
    for (int round = 0; round < limits::kRoundsPerTurn; round++) {
        IoResult got = parts_.stream->read(space_.in.get(), limits::kLoopInput);
        if (got.status == IoStatus::kOk) continue;
        if (got.status != IoStatus::kWait) return Turn::kClose;
        if (!std::exchange(ended_, false)) return Turn::kWait;
    }
    return Turn::kAgain;
}

void Connection::leave_early() {
    if (!is_writing() && place_ != Place::kLinger) say_goodbye();
}

// Only those of its streams that are late are given up; when it is its own time that is up, it ends.
Connection::Turn Connection::late_streams() {
    Output out(space_.out.get(), limits::kLoopOutput);
    parts_.session->time_out(out, context());
    const Step step = send(out.bytes());
    if (step == Step::kClose) return Turn::kClose;
    if (parts_.session->phase() == Phase::kClosing) return step == Step::kMore ? finish() : Turn::kClose;
    if (step == Step::kBlocked) parts_.session->stand_back();
    enter(step == Step::kBlocked ? Place::kWriting : place_by_phase());
    return parts_.session->has_output() ? Turn::kAgain : Turn::kWait;
}

void Connection::rouse() {
    if (closing || std::exchange(queued, true)) return;
    space_.queue.push_back(this);
}

bool Connection::stays_on() {
    if ((place_ != Place::kWaiting && place_ != Place::kStreaming) || !keeps_time()) return false;
    enter(place_);
    return true;
}

Connection::Turn Connection::time_out() {
    if (established_ && place_ != Place::kLinger && !is_writing() && parts_.session->multiplexes()) return late_streams();
    switch (place_) {
        case Place::kHandshake:
        case Place::kWriting:
        case Place::kSlow:  // an answer cut short gets no good-bye: it must not look complete
        case Place::kLinger: return Turn::kClose;
        case Place::kIdle:
        case Place::kAsleep: break;
        case Place::kHead:
        case Place::kBody:
        case Place::kWaiting:
        case Place::kStreaming: {
            Output out(space_.out.get(), limits::kLoopOutput);
            parts_.session->time_out(out, context());
            if (out.size() > 0 && send(out.bytes()) == Step::kMore) return finish();
        }
    }
    say_goodbye();
    return Turn::kClose;
}

void Connection::sleep() {
    if (parts_.tls) parts_.tls->rest();
    enter(Place::kAsleep);
}

Connection::Turn Connection::drain() {
    if (place_ == Place::kLinger) return Turn::kWait;
    if (!established_) return Turn::kClose;
    draining_ = true;
    if (parts_.session->multiplexes()) {
        parts_.session->no_more_requests();
        return run({});
    }
    if (!is_writing() && parts_.session->phase() == Phase::kIdle)
        return run({true, false});  // a request that has arrived already is answered
    parts_.session->no_more_requests();
    if (!is_writing() && parts_.session->phase() == Phase::kStreaming) return run({});  // says its end
    return Turn::kWait;
}

}  // namespace postern::front
