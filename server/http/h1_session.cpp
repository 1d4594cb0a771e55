#include "server/http/h1_session.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "server/base/text.h"
#include "server/http/answer_counts.h"
#include "server/http/h1_awaited.h"
#include "server/http/h1_live.h"
#include "server/http/h1_parser.h"
#include "server/http/h1_relay.h"
#include "server/http/h1_writer.h"
#include "server/http/response_rules.h"
#include "server/http/status.h"

namespace postern::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What feed() was called with.
struct Turn {
    Handler& handler;
    const Context& context;
    Output& out;
};

void tell(const Answered& answered, const Context& context) {
    if (context.access != nullptr) context.access->answered(answered, context);
}

// `whose` may be null: those of the listener, then.
void count(AnswerCounts* whose, std::uint16_t status, const Context& context) {
    AnswerCounts* const counts = whose != nullptr ? whose : context.counts;
    if (counts != nullptr) counts->count(status);
}

// What follows the method in a head that could not be read, as far as it came.
std::string_view target_in(std::string_view head) {
    head = head.substr(0, head.find_first_of("\r\n"));
    const std::size_t space = head.find(' ');
    if (space == head.npos) return {};
    head.remove_prefix(space + 1);
    return head.substr(0, head.find_first_of(" ?"));
}

// Of a head that could not be read, too: its answer has no content all the same (RFC 9110 section 9.3.2).
bool asks_for_head(std::string_view head) {
    if (has_prefix(head, "\r\n")) head.remove_prefix(2);
    return has_prefix(head, "HEAD ");
}

class H1Session final : public Session {
public:
    H1Session(RequestScratch& scratch, std::size_t max_body, Refusal refusal)
        : scratch_(scratch), max_body_(max_body), refusal_(refusal) {}

    std::size_t feed(std::string_view in, Handler& handler, const Context& context, Output& out) override;
    bool produce(Output& out) override;
    std::string_view rest() const override { return unsent_ && !relay_ ? rest_in_memory(*unsent_) : std::string_view(); }
    void took(std::size_t bytes) override { written(skip(*unsent_, bytes)); }
    void resume(const Context& context, Output& out) override;
    Phase phase() const override;
    void no_more_requests() override;
    void time_out(Output& out, const Context& context) override;
    bool multiplexes() const override { return relay_ != nullptr; }
    bool takes_input() const override { return relay_ && relay_->has_room(); }
    bool keeps_time() const override { return waiting_ ? waiting_->later->keeps_time() : live_ && live_->keeps_time(); }
    bool has_output() const override { return unsent_ != nullptr; }
    bool take_progress() override { return !relay_ || relay_->took(relay_->is_tunnel() ? 1 : limits::kUploadPiece); }

private:
    enum class State : unsigned char { kHead, kLength, kChunked, kRelay, kClosed };

    std::size_t take_head(std::string_view in, const Turn& turn);
    std::size_t take_rest_of_head(std::string_view in, const Turn& turn);
    std::size_t take_length(std::string_view in, const Turn& turn);
    std::size_t take_chunked(std::string_view in, const Turn& turn);
    std::size_t take_relayed(std::string_view in, const Turn& turn);
    bool can_take(Output& out);

    std::size_t head_complete(std::string_view head, std::string_view after, const Turn& turn);
    std::size_t begin_body(std::string_view head, std::string_view after, const Turn& turn);
    std::size_t await_body(std::string_view head, std::string_view after, const Turn& turn);
    std::size_t pass_on(std::string_view head, std::string_view after, const Turn& turn);
    void hand_over(std::string_view head, std::string_view after, const Turn& turn);
    void tell_continue(std::string_view after, Output& out);
    void wait(std::string_view head, bool must_close, Response& response, const Turn& turn);
    void ask_again(const Waiting& owner, const Turn& turn);
    void body_complete(const Turn& turn);
    void body_too_long(std::string_view head, const Turn& turn);
    void read_head_again(const std::string& head);

    void respond(std::string_view head, std::string_view body, bool must_close, const Turn& turn);
    void answer(Response& response, bool must_close, const Context& context, Output& out);
    void refuse(std::uint16_t status, const Request* request, std::string_view line, const Context& context, Output& out);
    void written(WriteState state);
    void stream(Output& out);
    void begin_stream(Response& response, WriteRules& rules);
    void end_all();

    bool collects() const { return max_body_ > 0 || wanted_; }
    std::uint64_t most_body() const { return max_body_ > 0 ? max_body_ : wanted_ ? limits::kSmallBody : limits::kDrainBody; }

    RequestScratch& scratch_;
    std::size_t max_body_;
    Refusal refusal_;
    std::unique_ptr<Incoming> incoming_;
    std::unique_ptr<Unsent> unsent_;
    std::unique_ptr<Waiting> waiting_;
    std::unique_ptr<LiveBody> live_;
    std::unique_ptr<H1Relay> relay_;  // at kRelay
    std::uint32_t served_ = 0;
    State state_ = State::kHead;
    bool wanted_ = false;  // the body that is arriving, by its handler
    bool last_ = false;  // no request after this one
};

std::size_t H1Session::feed(std::string_view in, Handler& handler, const Context& context, Output& out) {
    const Turn turn{handler, context, out};
    std::size_t taken = 0;
    while (taken < in.size() && can_take(out)) {
        const std::string_view rest = in.substr(taken);
        switch (state_) {
            case State::kHead: taken += incoming_ ? take_rest_of_head(rest, turn) : take_head(rest, turn); break;
            case State::kLength: taken += take_length(rest, turn); break;
            case State::kChunked: taken += take_chunked(rest, turn); break;
            case State::kRelay: taken += take_relayed(rest, turn); break;
            case State::kClosed: break;
        }
    }
    return taken;
}

bool H1Session::can_take(Output& out) {
    if (state_ == State::kRelay) return takes_input();
    return produce(out) && out.room() > 0 && !waiting_ && !live_ && state_ != State::kClosed;
}

bool H1Session::produce(Output& out) {
    if (!unsent_) return true;
    written(write_more(*unsent_, out));
    return !unsent_;
}

void H1Session::resume(const Context& context, Output& out) {
    if (relay_) produce(out);
    if (live_ && !unsent_) stream(out);
    Response response;
    if (!waiting_ || !waiting_->later->take(response)) return;
    const std::unique_ptr<Waiting> owner = std::move(waiting_);
    read_head_again(owner->head);
    if (owner->again != nullptr) return ask_again(*owner, {*owner->again, context, out});
    add_promised(response, owner->promised);
    answer(response, owner->must_close, context, out);
}

Phase H1Session::phase() const {
    if (unsent_) return Phase::kWriting;
    if (relay_ && !live_ && takes_input()) return Phase::kBody;
    if (waiting_) return Phase::kWaiting;
    if (live_) return Phase::kStreaming;
    switch (state_) {
        case State::kHead:
            // Nothing but the empty line that may precede a request is no request yet.
            return incoming_ && incoming_->head != "\r\n" ? Phase::kHead : Phase::kIdle;
        case State::kLength:
        case State::kChunked:
        case State::kRelay: return Phase::kBody;
        case State::kClosed: break;
    }
    return Phase::kClosing;
}

void H1Session::no_more_requests() {
    last_ = true;
    if (phase() == Phase::kIdle) state_ = State::kClosed;
    if (!relay_ || !relay_->is_tunnel()) return;
    live_.reset();  // it has no end of its own
    end_all();
}

void H1Session::time_out(Output& out, const Context& context) {
    const Phase now = phase();
    if (now == Phase::kHead || now == Phase::kBody) refuse(408, nullptr, incoming_ ? std::string_view(incoming_->head) : "", context, out);
    if (const std::unique_ptr<Waiting> owner = std::move(waiting_); owner && now == Phase::kWaiting) {
        read_head_again(owner->head);
        refuse(504, &scratch_.request, {}, context, out);
    }
    // Without room for its end, or where it would have had more, the client sees a body cut off.
    if (live_ && now == Phase::kStreaming && !live_->keeps_time()) (void)live_->end(out);
    live_.reset();
    end_all();
}

// The usual case: a whole head in one piece, used where it lies.
std::size_t H1Session::take_head(std::string_view in, const Turn& turn) {
    HeadCursor cursor;
    const HeadResult result = parse_head(in, cursor, scratch_);
    switch (result.state) {
        case HeadResult::State::kComplete: break;
        case HeadResult::State::kBad: refuse(result.status, nullptr, in, turn.context, turn.out); return 0;
        case HeadResult::State::kPartial:
            incoming_ = std::make_unique<Incoming>();
            incoming_->head = in;
            incoming_->cursor = cursor;
            return in.size();
    }
    return result.size + head_complete(in.substr(0, result.size), in.substr(result.size), turn);
}

std::size_t H1Session::take_rest_of_head(std::string_view in, const Turn& turn) {
    std::string& head = incoming_->head;
    const std::size_t had = head.size();
    head.append(in.substr(0, limits::kRequestHead - had));
    const HeadResult result = parse_head(head, incoming_->cursor, scratch_);
    switch (result.state) {
        case HeadResult::State::kComplete: break;
        case HeadResult::State::kBad: refuse(result.status, nullptr, head, turn.context, turn.out); return 0;
        case HeadResult::State::kPartial: return head.size() - had;
    }
    const std::size_t taken = result.size - had;
    head.resize(result.size);  // does not move it: the request still views it
    return taken + head_complete(head, in.substr(taken), turn);
}

// `after` is what follows the head. Returns how much of it was taken as body.
std::size_t H1Session::head_complete(std::string_view head, std::string_view after, const Turn& turn) {
    if (scratch_.framing.body != Framing::Body::kNone) return begin_body(head, after, turn);
    const std::unique_ptr<Incoming> owner = std::move(incoming_);
    respond(head, {}, false, turn);
    return 0;
}

std::size_t H1Session::begin_body(std::string_view head, std::string_view after, const Turn& turn) {
    const Framing& framing = scratch_.framing;
    wanted_ = max_body_ == 0 && turn.handler.takes_body(scratch_.request);
    const bool counted = framing.body == Framing::Body::kLength;
    const bool too_long = counted && framing.length > most_body();
    if (wanted_ && (too_long || !counted)) return pass_on(head, after, turn);
    if (counted && !too_long && framing.length <= after.size()) {
        const auto length = static_cast<std::size_t>(framing.length);
        const std::unique_ptr<Incoming> owner = std::move(incoming_);
        respond(head, collects() ? after.substr(0, length) : std::string_view(), false, turn);
        return length;
    }
    // Who waits for a go-ahead for a body that nobody wants gets the answer instead.
    if (too_long || (framing.expects_continue && !collects())) {
        body_too_long(head, turn);
        return 0;
    }
    return await_body(head, after, turn);
}

std::size_t H1Session::await_body(std::string_view head, std::string_view after, const Turn& turn) {
    const Framing& framing = scratch_.framing;
    if (!incoming_) {
        incoming_ = std::make_unique<Incoming>();
        incoming_->head = head;
    }
    incoming_->body_length = framing.length;
    state_ = framing.body == Framing::Body::kLength ? State::kLength : State::kChunked;
    tell_continue(after, turn.out);
    return 0;
}

void H1Session::tell_continue(std::string_view after, Output& out) {
    if (!scratch_.framing.expects_continue || !after.empty() || out.append(kContinue)) return;
    unsent_ = std::make_unique<Unsent>();
    unsent_->rest = kContinue;
}

std::size_t H1Session::pass_on(std::string_view head, std::string_view after, const Turn& turn) {
    const std::unique_ptr<Incoming> owner = std::move(incoming_);
    relay_ = std::make_unique<H1Relay>(scratch_.framing);
    state_ = State::kRelay;
    hand_over(head, after, turn);
    return 0;
}

// The request, without the body that follows it. An answer that is there at once was no use of that: it is the connection's last.
void H1Session::hand_over(std::string_view head, std::string_view after, const Turn& turn) {
    Request& request = scratch_.request;
    request.body_follows = true;
    request.body_length = scratch_.framing.length;
    Response response = turn.handler.handle(request, turn.context);
    request.body_follows = false;
    if (!response.later) return answer(response, true, turn.context, turn.out);
    if (response.sink) {
        relay_->give(std::move(response.sink));
        tell_continue(after, turn.out);
    }
    wait(head, false, response, turn);
}

void H1Session::wait(std::string_view head, bool must_close, Response& response, const Turn& turn) {
    waiting_ = std::make_unique<Waiting>(head, must_close, response);
    if (waiting_->promised.again) waiting_->again = &turn.handler;
}

// What was said before is said anew.
void H1Session::ask_again(const Waiting& owner, const Turn& turn) {
    scratch_.request.again = true;
    if (relay_) return hand_over(owner.head, {}, turn);
    respond(owner.head, owner.body, owner.must_close, turn);
}

std::size_t H1Session::take_relayed(std::string_view in, const Turn& turn) {
    const H1Relay::Step step = relay_->take(in);
    if (step.state == H1Relay::State::kMore) return step.taken;
    relay_.reset();
    state_ = step.state == H1Relay::State::kDone && waiting_ ? State::kHead : State::kClosed;
    if (step.state == H1Relay::State::kDone) return step.taken;
    live_.reset();  // the client sees a body cut off
    if (const std::unique_ptr<Waiting> owner = std::move(waiting_)) {
        read_head_again(owner->head);
        refuse(400, &scratch_.request, {}, turn.context, turn.out);
    }
    return step.taken;
}

std::size_t H1Session::take_length(std::string_view in, const Turn& turn) {
    assert(incoming_);  // a body is awaited: its head is there
    Incoming& incoming = *incoming_;
    const std::uint64_t left = incoming.body_length - incoming.body_size;
    const std::string_view data = in.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, in.size())));
    incoming.body_size += data.size();
    if (collects()) incoming.body.append(data);
    if (incoming.body_size == incoming.body_length) body_complete(turn);
    return data.size();
}

std::size_t H1Session::take_chunked(std::string_view in, const Turn& turn) {
    assert(incoming_);  // a body is awaited: its head is there
    Incoming& incoming = *incoming_;
    const ChunkedDecoder::Step step = incoming.chunks.next(in);
    incoming.body_size += step.data.size();
    if (step.state == ChunkedDecoder::State::kBad) {
        read_head_again(incoming.head);
        refuse(400, &scratch_.request, {}, turn.context, turn.out);
    } else if (incoming.body_size > most_body()) {
        read_head_again(incoming.head);
        body_too_long(incoming.head, turn);
    } else {
        if (collects()) incoming.body.append(step.data);
        if (step.state == ChunkedDecoder::State::kDone) body_complete(turn);
    }
    return step.taken;
}

// The head was complete before, so this cannot fail; it makes the request that of this session again, as long as `head` lives.
void H1Session::read_head_again(const std::string& head) {
    HeadCursor cursor;
    parse_head(head, cursor, scratch_);
}

void H1Session::body_complete(const Turn& turn) {
    read_head_again(incoming_->head);
    const std::unique_ptr<Incoming> owner = std::move(incoming_);
    state_ = State::kHead;
    respond(owner->head, owner->body, false, turn);
}

// The head is in the scratch. The rest of the body is not read: the answer is the connection's last.
void H1Session::body_too_long(std::string_view head, const Turn& turn) {
    const std::unique_ptr<Incoming> owner = std::move(incoming_);
    if (collects()) return refuse(413, &scratch_.request, {}, turn.context, turn.out);
    respond(head, {}, true, turn);
}

void H1Session::respond(std::string_view head, std::string_view body, bool must_close, const Turn& turn) {
    scratch_.request.body = body;
    scratch_.request.body_follows = false;
    Response response = turn.handler.handle(scratch_.request, turn.context);
    if (!response.later) return answer(response, must_close, turn.context, turn.out);
    wait(head, must_close, response, turn);
    if (waiting_->again != nullptr) waiting_->body = body;
}

void H1Session::answer(Response& response, bool must_close, const Context& context, Output& out) {
    const Request& request = scratch_.request;
    ++served_;
    WriteRules rules;
    rules.head_only = request.method == Method::kHead;
    rules.close = must_close || last_ || response.close || !scratch_.framing.keep_alive || relay_ ||
                  served_ >= limits::kRequestsPerConnection;
    rules.tell_keep_alive = request.minor == 0;
    rules.in_place = !context.secure && !relay_;
    if (response.live) begin_stream(response, rules);
    rules.date = scratch_.date.at(context.wall);
    // The rest of a body that is passed on may still be wanted while the answer is under way.
    if (rules.close && !(relay_ && live_)) end_all();
    count(response.counts, response.status, context);
    tell({&request, {}, response.status, context.access ? body_size(response, rules.head_only) : 0, response.user,
          response.request_id}, context);
    written(write_response(response, rules, out, unsent_));
    if (live_ && !unsent_) stream(out);
}

void H1Session::begin_stream(Response& response, WriteRules& rules) {
    const bool tunnel = response.status == 101 && response.sink;
    rules.live = true;
    rules.chunked = !tunnel && !response.announce && scratch_.request.minor > 0;
    rules.close = tunnel ? false : rules.close || !(rules.chunked || response.announce);
    if (tunnel || has_body(response, rules.head_only)) live_ = std::make_unique<LiveBody>(std::move(response.live), rules.chunked);
    if (!tunnel) return;
    relay_ = std::make_unique<H1Relay>();
    relay_->give(std::move(response.sink));
    state_ = State::kRelay;
}

// As much as there is. No stream outlasts the wish to end, unless it has an end of its own: whoever listens comes again.
void H1Session::stream(Output& out) {
    LiveBody::State state = LiveBody::State::kMore;
    if (last_ && !live_->keeps_time()) state = live_->end(out) ? LiveBody::State::kEnded : state;
    else state = live_->write(out);
    if (state == LiveBody::State::kMore) return;
    live_.reset();
    if (relay_ || state == LiveBody::State::kCut) end_all();
}

void H1Session::end_all() {
    relay_.reset();
    state_ = State::kClosed;
}

// `request` is null where none could be read; `line` is then what came.
void H1Session::refuse(std::uint16_t status, const Request* request, std::string_view line, const Context& context, Output& out) {
    Response response = refusal_(status, request != nullptr ? request->path : target_in(line));
    WriteRules rules;
    rules.head_only = request != nullptr ? request->method == Method::kHead : asks_for_head(line);
    rules.close = true;
    rules.date = scratch_.date.at(context.wall);
    count(nullptr, status, context);
    tell({request, line, status, body_size(response, rules.head_only)}, context);
    incoming_.reset();
    end_all();
    written(write_response(response, rules, out, unsent_));
}

void H1Session::written(WriteState state) {
    if (state == WriteState::kMore) return;
    unsent_.reset();
    if (state == WriteState::kCut) state_ = State::kClosed;
}

}  // namespace

Response refuse_by_page(std::uint16_t status, std::string_view) {
    Response response;
    response.status = status;
    response.prebuilt = status_page(status);
    return response;
}

std::unique_ptr<Session> make_h1_session(RequestScratch& scratch, std::size_t max_body, Refusal refusal) {
    return std::make_unique<H1Session>(scratch, max_body, refusal);
}

}  // namespace postern::http
