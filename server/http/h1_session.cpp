#include "server/http/h1_session.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "server/http/h1_chunked.h"
#include "server/http/h1_parser.h"
#include "server/http/h1_writer.h"
#include "server/http/status.h"

namespace postern::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// What a request that has not wholly arrived needs. Exists only from its first byte to its answer.
struct Incoming {
    std::string head;  // what came of it; complete once a body is awaited, and then read again when that is there
    HeadCursor cursor;
    std::string body;  // decoded; empty when it is dropped
    std::uint64_t body_size = 0;  // bytes of body that came, dropped ones too
    std::uint64_t body_length = 0;  // of a body with Content-Length
    ChunkedDecoder chunks;
};

// What feed() was called with.
struct Turn {
    Handler& handler;
    const Context& context;
    Output& out;
};

void tell(const Answered& answered, const Context& context) {
    if (context.access != nullptr) context.access->answered(answered, context);
}

class H1Session final : public Session {
public:
    H1Session(RequestScratch& scratch, std::size_t max_body) : scratch_(scratch), max_body_(max_body) {}

    std::size_t feed(std::string_view in, Handler& handler, const Context& context, Output& out) override;
    bool produce(Output& out) override;
    Phase phase() const override;
    void no_more_requests() override;
    void time_out(Output& out, const Context& context) override;

private:
    enum class State : unsigned char { kHead, kLength, kChunked, kClosed };

    std::size_t take_head(std::string_view in, const Turn& turn);
    std::size_t take_rest_of_head(std::string_view in, const Turn& turn);
    std::size_t take_length(std::string_view in, const Turn& turn);
    std::size_t take_chunked(std::string_view in, const Turn& turn);

    std::size_t head_complete(std::string_view head, std::string_view after, const Turn& turn);
    std::size_t begin_body(std::string_view head, std::string_view after, const Turn& turn);
    void body_complete(const Turn& turn);
    void body_too_long(const Turn& turn);
    void read_head_again();

    void respond(std::string_view body, bool must_close, const Turn& turn);
    void refuse(std::uint16_t status, const Request* request, std::string_view line, const Context& context, Output& out);
    void written(WriteState state);

    bool collects() const { return max_body_ > 0; }
    std::uint64_t most_body() const { return collects() ? max_body_ : limits::kDrainBody; }

    RequestScratch& scratch_;
    std::size_t max_body_;
    std::unique_ptr<Incoming> incoming_;
    std::unique_ptr<Unsent> unsent_;
    std::uint32_t served_ = 0;
    State state_ = State::kHead;
    bool last_ = false;  // no request after this one
};

std::size_t H1Session::feed(std::string_view in, Handler& handler, const Context& context, Output& out) {
    const Turn turn{handler, context, out};
    std::size_t taken = 0;
    while (taken < in.size() && produce(out) && out.room() > 0 && state_ != State::kClosed) {
        const std::string_view rest = in.substr(taken);
        switch (state_) {
            case State::kHead: taken += incoming_ ? take_rest_of_head(rest, turn) : take_head(rest, turn); break;
            case State::kLength: taken += take_length(rest, turn); break;
            case State::kChunked: taken += take_chunked(rest, turn); break;
            case State::kClosed: break;
        }
    }
    return taken;
}

bool H1Session::produce(Output& out) {
    if (!unsent_) return true;
    written(write_more(*unsent_, out));
    return !unsent_;
}

Phase H1Session::phase() const {
    if (unsent_) return Phase::kWriting;
    switch (state_) {
        case State::kHead:
            // Nothing but the empty line that may precede a request is no request yet.
            return incoming_ && incoming_->head != "\r\n" ? Phase::kHead : Phase::kIdle;
        case State::kLength:
        case State::kChunked: return Phase::kBody;
        case State::kClosed: break;
    }
    return Phase::kClosing;
}

void H1Session::no_more_requests() {
    last_ = true;
    if (phase() == Phase::kIdle) state_ = State::kClosed;
}

void H1Session::time_out(Output& out, const Context& context) {
    const Phase now = phase();
    if (now == Phase::kHead || now == Phase::kBody) refuse(408, nullptr, incoming_ ? std::string_view(incoming_->head) : "", context, out);
    state_ = State::kClosed;
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
    respond({}, false, turn);
    return 0;
}

std::size_t H1Session::begin_body(std::string_view head, std::string_view after, const Turn& turn) {
    const Framing& framing = scratch_.framing;
    const bool counted = framing.body == Framing::Body::kLength;
    const bool too_long = counted && framing.length > most_body();
    if (counted && !too_long && framing.length <= after.size()) {
        const auto length = static_cast<std::size_t>(framing.length);
        const std::unique_ptr<Incoming> owner = std::move(incoming_);
        respond(collects() ? after.substr(0, length) : std::string_view(), false, turn);
        return length;
    }
    // Who waits for a go-ahead for a body that nobody wants gets the answer instead.
    if (too_long || (framing.expects_continue && !collects())) {
        body_too_long(turn);
        return 0;
    }
    if (!incoming_) {
        incoming_ = std::make_unique<Incoming>();
        incoming_->head = head;
    }
    incoming_->body_length = framing.length;
    state_ = counted ? State::kLength : State::kChunked;
    if (framing.expects_continue && after.empty() && !turn.out.append(kContinue)) {
        unsent_ = std::make_unique<Unsent>();
        unsent_->rest = kContinue;
    }
    return 0;
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
        read_head_again();
        refuse(400, &scratch_.request, {}, turn.context, turn.out);
    } else if (incoming.body_size > most_body()) {
        read_head_again();
        body_too_long(turn);
    } else {
        if (collects()) incoming.body.append(step.data);
        if (step.state == ChunkedDecoder::State::kDone) body_complete(turn);
    }
    return step.taken;
}

// The head was complete before, so this cannot fail; it makes the request that of this session again.
void H1Session::read_head_again() {
    incoming_->cursor = {};
    parse_head(incoming_->head, incoming_->cursor, scratch_);
}

void H1Session::body_complete(const Turn& turn) {
    read_head_again();
    const std::unique_ptr<Incoming> owner = std::move(incoming_);
    state_ = State::kHead;
    respond(owner->body, false, turn);
}

// The head is in the scratch. The rest of the body is not read: the answer is the connection's last.
void H1Session::body_too_long(const Turn& turn) {
    const std::unique_ptr<Incoming> owner = std::move(incoming_);
    if (collects()) return refuse(413, &scratch_.request, {}, turn.context, turn.out);
    respond({}, true, turn);
}

void H1Session::respond(std::string_view body, bool must_close, const Turn& turn) {
    Request& request = scratch_.request;
    request.body = body;
    Response response = turn.handler.handle(request, turn.context);
    ++served_;
    WriteRules rules;
    rules.head_only = request.method == Method::kHead;
    rules.close = must_close || last_ || response.close || !scratch_.framing.keep_alive ||
                  served_ >= limits::kRequestsPerConnection;
    rules.tell_keep_alive = request.minor == 0;
    rules.date = scratch_.date.at(turn.context.wall);
    if (rules.close) state_ = State::kClosed;
    tell({&request, {}, response.status, turn.context.access ? body_size(response, rules) : 0}, turn.context);
    written(write_response(response, rules, turn.out, unsent_));
}

// `request` is null where none could be read; `line` is then what came.
void H1Session::refuse(std::uint16_t status, const Request* request, std::string_view line, const Context& context, Output& out) {
    Response response;
    response.status = status;
    response.prebuilt = status_page(status);
    WriteRules rules;
    rules.head_only = request != nullptr && request->method == Method::kHead;
    rules.close = true;
    rules.date = scratch_.date.at(context.wall);
    tell({request, line, status, body_size(response, rules)}, context);
    incoming_.reset();
    state_ = State::kClosed;
    written(write_response(response, rules, out, unsent_));
}

void H1Session::written(WriteState state) {
    if (state == WriteState::kMore) return;
    unsent_.reset();
    if (state == WriteState::kCut) state_ = State::kClosed;
}

}  // namespace

std::unique_ptr<Session> make_h1_session(RequestScratch& scratch, std::size_t max_body) {
    return std::make_unique<H1Session>(scratch, max_body);
}

}  // namespace postern::http
