#include "server/http/h2_session.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "server/base/text.h"
#include "server/http/answer_counts.h"
#include "server/http/h2_frames.h"
#include "server/http/h2_stream.h"
#include "server/http/response_rules.h"

namespace postern::http {

namespace {

using At = H2Stream::At;

// What feed() and its like were called with; there while nghttp2 calls back.
struct Turn {
    Handler* handler = nullptr;
    const Context* context = nullptr;
};

class H2Session final : public Session, private H2Events {
public:
    H2Session(RequestScratch& scratch, std::size_t max_body, Refusal refusal)
        : scratch_(scratch), max_body_(max_body), refusal_(refusal), share_(scratch.open), frames_(H2Frames::make(*this, scratch.blocks)) {}
    H2Session(const H2Session&) = delete;
    H2Session& operator=(const H2Session&) = delete;
    bool is_good() const { return frames_ != nullptr; }

    std::size_t feed(std::string_view in, Handler& handler, const Context& context, Output& out) override;
    bool produce(Output& out) override;
    void resume(const Context& context, Output& out) override;
    Phase phase() const override;
    void no_more_requests() override;
    void time_out(Output& out, const Context& context) override;
    bool multiplexes() const override { return true; }
    bool has_output() const override { return !broken_ && (frames_->has_output() || can_answer()); }
    bool take_progress() override { return std::exchange(progressed_, false); }
    bool keeps_time() const override;
    void stand_back() override { share_.leave(); }

private:
    H2Stream* begun(std::uint32_t id) override;
    void field(H2Stream& stream, std::string_view name, std::string_view value) override;
    void head_complete(H2Stream& stream, bool body_follows) override;
    void data(H2Stream& stream, std::string_view bytes) override;
    void complete(H2Stream& stream) override;
    void closed(H2Stream& stream) override;
    void chatter() override;
    H2Piece body(H2Stream& stream, char* into, std::size_t room) override;

    void enter(H2Stream& stream, At at);
    void respond(H2Stream& stream);
    void respond_now(H2Stream& stream);
    void answer_ready();
    bool has_turn() const { return count(At::kAnswer) - live_ < limits::kH2Answers; }
    bool has_place() const { return has_turn() && may_open(); }
    bool may_open() const { return open() < limits::kH2Open || share_.may_take(); }
    std::size_t open() const { return count(At::kWaiting) + live_ + sources_; }
    void tell_open() { share_.hold(open() - std::min(open(), limits::kH2Open)); }
    void stand_in_line();
    bool can_answer() const { return count(At::kReady) > 0 && has_place(); }
    void answer(H2Stream& stream, Response& response);
    void refuse(H2Stream& stream, std::uint16_t status);
    void body_too_long(H2Stream& stream);
    bool collects(const H2Stream& stream) const { return max_body_ > 0 || stream.wanted; }
    std::size_t most_body(const H2Stream& stream) const {
        return max_body_ > 0 ? max_body_ : stream.wanted ? limits::kSmallBody : limits::kDrainBody;
    }
    void pump(H2Stream& stream);
    void rouse(H2Stream& stream);
    void set_starved(H2Stream& stream, bool starved);
    void let_go(H2Stream& stream);
    void overdue(H2Stream& stream);
    void fill_budget(SteadyTime now);
    void check(bool well) { broken_ = broken_ || !well; }
    std::size_t count(At at) const { return counts_[static_cast<std::size_t>(at)]; }

    RequestScratch& scratch_;
    std::size_t max_body_;
    Refusal refusal_;
    std::vector<H2StreamOwner> streams_;
    std::array<std::size_t, 5> counts_{};  // of streams, by what they are at
    std::size_t live_ = 0;                 // of those at kAnswer
    std::size_t starved_ = 0;              // of those that are live
    std::size_t sources_ = 0;              // of those at kAnswer: they hold a file
    OpenShare share_;                      // of the loop's places: for what it holds open besides kH2Open
    std::size_t held_ = 0;                 // bytes of requests
    Turn turn_;
    Handler* handler_ = nullptr;           // of the connection, as is
    Rouser* rouser_ = nullptr;
    double chatter_left_ = limits::kH2Chatter;
    SteadyTime filled_{};
    std::uint32_t served_ = 0;
    bool last_ = false;        // no request after those that began
    bool broken_ = false;
    bool progressed_ = false;  // a request was answered since somebody asked
    std::unique_ptr<H2Frames> frames_;  // the last: it holds pointers to the streams
};

std::size_t H2Session::feed(std::string_view in, Handler& handler, const Context& context, Output& out) {
    if (broken_) return 0;
    handler_ = &handler;
    rouser_ = context.rouser;
    turn_ = {&handler, &context};
    fill_budget(context.now);
    // Who keeps the connection busy with other requests does not gain time for those that he leaves unfinished.
    if (count(At::kBody) + count(At::kWaiting) + count(At::kReady) + live_ > 0)
        for (std::size_t i = streams_.size(); i-- > 0;) overdue(*streams_[i]);
    check(frames_->take(in));
    answer_ready();
    turn_ = {};
    produce(out);
    return in.size();
}

bool H2Session::produce(Output& out) {
    if (!broken_) check(frames_->write(out));
    stand_in_line();
    return broken_ || !frames_->has_output();
}

void H2Session::resume(const Context& context, Output& out) {
    turn_ = {handler_, &context};
    answer_ready();
    for (std::size_t i = streams_.size(); i-- > 0 && count(At::kWaiting) + live_ > 0;) {
        H2Stream& stream = *streams_[i];
        if (stream.answer.is_live()) rouse(stream);
        if (stream.sink) pump(stream);
        Response response;
        if (stream.at != At::kWaiting || !stream.later->take(response)) continue;
        (void)stream.head.read(scratch_);  // it could be read before
        if (stream.promised->again) {
            scratch_.request.again = true;
            respond_now(stream);
            continue;
        }
        add_promised(response, *stream.promised);
        answer(stream, response);
    }
    produce(out);
    turn_ = {};
}

Phase H2Session::phase() const {
    const bool sends = has_output();
    if (broken_ || (!sends && !frames_->expects_more())) return Phase::kClosing;
    if (sends) return Phase::kWriting;
    // Whoever takes no answers is judged by his pace, whatever else he is at: the peer gives no window.
    if (count(At::kAnswer) > starved_) return Phase::kWriting;
    if (count(At::kBody) > 0) return Phase::kBody;
    if (frames_->in_head()) return Phase::kHead;
    if (count(At::kWaiting) > 0) return Phase::kWaiting;
    if (live_ > 0) return Phase::kStreaming;
    return streams_.empty() ? Phase::kIdle : Phase::kWriting;
}

void H2Session::no_more_requests() {
    if (std::exchange(last_, true) || broken_) return;
    check(frames_->go_away(H2Error::kNone));
    for (const auto& stream : streams_)
        if (stream->answer.is_live()) check(frames_->resume(stream->id));
}

// Of one connection several may be late, each by its own time; it ends when there is none that is not.
void H2Session::time_out(Output& out, const Context& context) {
    if (broken_) return;
    turn_ = {nullptr, &context};
    const bool nothing = streams_.empty();
    bool late = nothing;
    for (std::size_t i = streams_.size(); i-- > 0;) {
        late = late || (streams_[i]->at == At::kRequest && context.now - streams_[i]->since >= limits::kHeaderTime);
        overdue(*streams_[i]);
    }
    if (late) check(frames_->go_away(nothing ? H2Error::kNone : H2Error::kCalm));
    produce(out);
    turn_ = {};
}

void H2Session::overdue(H2Stream& stream) {
    const bool uploads = stream.passes_on && !stream.ended && stream.at != At::kAnswer;  // after that both ways count as one
    if (uploads && stream.sink && stream.sink->room() == 0) stream.since = turn_.context->now;  // it is not the client who is slow
    const Millis age = std::chrono::duration_cast<Millis>(turn_.context->now - stream.since);
    if ((stream.at == At::kBody || uploads) && age >= limits::kBodyTime) {
        (void)stream.head.read(scratch_);
        refuse(stream, 408);
    } else if (stream.at == At::kReady && !may_open() && age >= limits::kLaterTime) {
        (void)stream.head.read(scratch_);
        refuse(stream, 503);  // what takes all its places, or others take, may never end
    } else if (stream.at == At::kWaiting && !stream.later->keeps_time() && age >= limits::kLaterTime) {
        (void)stream.head.read(scratch_);
        refuse(stream, 504);
    } else if (stream.answer.is_live() && !(stream.answer.keeps_time() && stream.starved) && age >= limits::kStreamQuiet) {
        check(frames_->reset(stream.id, stream.starved ? H2Error::kInternal : H2Error::kCancel));
    }
}

// Nobody of them can be late.
bool H2Session::keeps_time() const {
    for (const auto& stream : streams_) {
        const bool uploads = stream->passes_on && !stream->ended;
        if (uploads) return false;
        if (stream->at == At::kWaiting ? !stream->later->keeps_time() : !(stream->answer.keeps_time() && stream->starved)) return false;
    }
    return !streams_.empty();
}

// There may be more of its live answer; of one that ended short the peer hears at once, whatever his window is.
void H2Session::rouse(H2Stream& stream) {
    if (stream.starved && turn_.context != nullptr) stream.since = turn_.context->now;
    set_starved(stream, false);
    check(stream.answer.failed() ? frames_->reset(stream.id, H2Error::kInternal) : frames_->resume(stream.id));
}

void H2Session::set_starved(H2Stream& stream, bool starved) {
    if (std::exchange(stream.starved, starved) == starved) return;
    if (starved) ++starved_;
    else --starved_;
}

H2Stream* H2Session::begun(std::uint32_t id) {
    if (last_ || held_ > limits::kH2Held) return nullptr;
    void* const block = scratch_.blocks.get(sizeof(H2Stream));
    if (block == nullptr) return nullptr;
    H2StreamOwner stream(new (block) H2Stream(scratch_.blocks), H2StreamDrop{&scratch_.blocks});
    stream->id = id;
    stream->index = streams_.size();
    stream->since = turn_.context->now;
    ++counts_[static_cast<std::size_t>(At::kRequest)];
    streams_.push_back(std::move(stream));
    return streams_.back().get();
}

void H2Session::closed(H2Stream& stream) {
    const std::size_t index = stream.index;
    --counts_[static_cast<std::size_t>(stream.at)];
    if (stream.answer.is_live()) --live_;
    if (stream.answer.has_source()) --sources_;
    set_starved(stream, false);
    if (stream.at != At::kAnswer) held_ -= stream.held();
    let_go(stream);
    std::swap(streams_[index], streams_.back());
    streams_[index]->index = index;
    streams_.pop_back();
    tell_open();
}

// For a place that others have. Of one connection only one request at a time is in line, and behind those of all others the next.
void H2Session::stand_in_line() {
    const bool wants = !broken_ && frames_->expects_more() && count(At::kReady) > 0 && has_turn();
    if (!wants) share_.leave();
    else if (!may_open()) share_.wait(rouser_);
}

void H2Session::enter(H2Stream& stream, At at) {
    --counts_[static_cast<std::size_t>(stream.at)];
    ++counts_[static_cast<std::size_t>(at)];
    stream.at = at;
}

void H2Session::field(H2Stream& stream, std::string_view name, std::string_view value) {
    held_ -= stream.head.size();
    stream.head.add(name, value);
    held_ += stream.head.size();
}

void H2Session::head_complete(H2Stream& stream, bool body_follows) {
    held_ -= stream.head.size();
    const std::uint16_t fault = stream.head.read(scratch_);
    held_ += stream.head.size();
    if (fault != 0) return refuse(stream, fault);
    stream.wanted = body_follows && max_body_ == 0 && turn_.handler->takes_body(scratch_.request);
    // Who waits for a go-ahead for a body that nobody wants gets the answer instead.
    if (!body_follows || (scratch_.framing.expects_continue && !collects(stream))) return respond(stream);
    const auto length = parse_decimal(scratch_.request.field("content-length"));
    stream.passes_on = stream.wanted && (!length || *length > limits::kSmallBody);
    if (stream.passes_on) return respond(stream);
    if (length && *length > most_body(stream)) return body_too_long(stream);
    enter(stream, At::kBody);
    if (scratch_.framing.expects_continue) check(frames_->go_on(stream.id));
}

// The request is in the scratch. The rest of the body is not waited for: the stream is reset behind the answer.
void H2Session::body_too_long(H2Stream& stream) {
    if (collects(stream)) return refuse(stream, 413);
    respond(stream);
}

void H2Session::data(H2Stream& stream, std::string_view bytes) {
    if (stream.passes_on) {
        stream.body.append(bytes);
        return pump(stream);
    }
    check(frames_->consumed(stream.id, bytes.size()));
    if (stream.at != At::kBody) return;  // it is answered
    stream.body_size += bytes.size();
    if (stream.body_size > most_body(stream)) {
        (void)stream.head.read(scratch_);
        return body_too_long(stream);
    }
    if (!collects(stream)) return;
    if (held_ + bytes.size() > limits::kH2Held + max_body_) return check(frames_->reset(stream.id, H2Error::kRefused));
    stream.body.append(bytes);
    held_ += bytes.size();
}

// What has come of a body that is passed on goes as far as there is room; so much the peer may then send.
void H2Session::pump(H2Stream& stream) {
    std::size_t went = 0;
    while (stream.sink && went < stream.body.size() && stream.sink->room() > 0) {
        const auto piece = std::string_view(stream.body).substr(went, stream.sink->room());
        stream.sink->take(piece);
        went += piece.size();
    }
    if (!stream.sink && stream.at == At::kAnswer) went = stream.body.size();  // nobody wants it any more
    stream.body.erase(0, went);
    if (went > 0) check(frames_->consumed(stream.id, went));
    if (went > 0 && stream.sink) stream.sink->push();
    stream.went += went;
    if (stream.went >= limits::kUploadPiece && turn_.context != nullptr) {
        stream.went = 0;
        stream.since = turn_.context->now;
    }
    if (!stream.body.empty() || !stream.ended || !stream.sink) return;
    stream.sink->end();
    stream.sink.reset();
}

void H2Session::let_go(H2Stream& stream) {
    stream.sink.reset();
    if (!stream.passes_on || stream.body.empty()) return;
    check(frames_->consumed(stream.id, stream.body.size()));
    std::string().swap(stream.body);
}

void H2Session::complete(H2Stream& stream) {
    stream.ended = true;
    if (stream.passes_on) return pump(stream);
    if (stream.at != At::kBody) return;
    (void)stream.head.read(scratch_);
    respond(stream);
}

// Of a connection that takes its answers slowly, or not at all, the later requests wait: as heads, which are bounded, and not as
// open files. One that waits for a place of the loop goes on when one of its own answers is over, or it is woken for another's.
void H2Session::respond(H2Stream& stream) {
    if (count(At::kReady) == 0 && has_place()) return respond_now(stream);
    // A body that is to be passed on would wait in the window of those that are being passed on.
    if (stream.passes_on && !may_open()) return refuse(stream, 503);
    stream.since = turn_.context->now;
    enter(stream, At::kReady);
}

// Oldest first.
void H2Session::answer_ready() {
    while (!broken_ && can_answer()) {
        H2Stream* next = nullptr;
        for (const auto& stream : streams_)
            if (stream->at == At::kReady && (next == nullptr || stream->id < next->id)) next = stream.get();
        (void)next->head.read(scratch_);
        respond_now(*next);
    }
}

void H2Session::respond_now(H2Stream& stream) {
    Request& request = scratch_.request;
    request.body_follows = stream.passes_on;
    request.body = stream.passes_on ? std::string_view() : stream.body;
    request.body_length = stream.passes_on ? parse_decimal(request.field("content-length")).value_or(0) : 0;
    Response response = turn_.handler->handle(request, *turn_.context);
    request.body_follows = false;
    if (!response.later) return answer(stream, response);
    stream.later = std::move(response.later);
    stream.sink = std::move(response.sink);
    stream.promised = std::make_unique<Response>(std::move(response));
    keep_promise(*stream.promised);
    stream.since = turn_.context->now;
    enter(stream, At::kWaiting);
    tell_open();
    if (!stream.sink) return;
    if (scratch_.framing.expects_continue && stream.body.empty()) check(frames_->go_on(stream.id));
    pump(stream);
}

// The request is in the scratch.
void H2Session::answer(H2Stream& stream, Response& response) {
    const Request& request = scratch_.request;
    const Context& context = *turn_.context;
    const bool head_only = request.method == Method::kHead;
    AnswerCounts* const counts = response.counts != nullptr ? response.counts : context.counts;
    if (counts != nullptr) counts->count(response.status);
    if (context.access != nullptr)
        context.access->answered({&request, {}, response.status, body_size(response, head_only), response.user, response.request_id}, context);
    const H2Fields fields(response, head_only, scratch_.date.at(context.wall));
    const std::uint16_t status = response.status;
    const bool closes = response.close;
    held_ -= stream.held();
    const bool with_body = stream.answer.take(response, head_only);
    check(frames_->answer(stream.id, status, fields.all(), with_body));
    stream.head.clear();
    if (!stream.answer.is_live()) let_go(stream);
    if (!stream.passes_on) std::string().swap(stream.body);
    stream.later.reset();
    stream.promised.reset();
    stream.since = context.now;
    enter(stream, At::kAnswer);
    if (stream.answer.is_live()) ++live_;
    if (stream.answer.has_source()) ++sources_;
    tell_open();
    progressed_ = true;
    if (++served_ >= limits::kH2Requests || closes) no_more_requests();
}

void H2Session::refuse(H2Stream& stream, std::uint16_t status) {
    Response response = refusal_(status, scratch_.request.path);
    answer(stream, response);
}

// A ping now and then is fine. Who sends little else is shown out: he costs more than he is served.
void H2Session::chatter() {
    chatter_left_ -= 1;
    if (chatter_left_ < 0) check(frames_->go_away(H2Error::kCalm));
}

void H2Session::fill_budget(SteadyTime now) {
    const std::chrono::duration<double> passed = now - std::exchange(filled_, now);
    chatter_left_ = std::min(limits::kH2Chatter, chatter_left_ + passed.count() * limits::kH2ChatterPerSecond);
}

H2Piece H2Session::body(H2Stream& stream, char* into, std::size_t room) {
    const H2Piece piece = stream.answer.next(into, room, last_);
    if (stream.answer.is_live()) set_starved(stream, piece.state == H2Piece::State::kNothingYet);
    if (piece.size > 0) {
        // the peer answers it with a window update for the stream and one for the connection
        if (piece.size >= limits::kH2Piece) chatter_left_ = std::min(limits::kH2Chatter, chatter_left_ + 2);
        if (stream.answer.is_live() && turn_.context != nullptr) stream.since = turn_.context->now;
    }
    return piece;
}

}  // namespace

std::unique_ptr<Session> make_h2_session(RequestScratch& scratch, std::size_t max_body, Refusal refusal) {
    auto session = std::make_unique<H2Session>(scratch, max_body, refusal);
    if (!session->is_good()) return nullptr;
    return session;
}

}  // namespace postern::http
