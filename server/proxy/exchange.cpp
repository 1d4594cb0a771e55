#include "server/proxy/exchange.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "server/base/text.h"
#include "server/base/upstream_limits.h"
#include "server/http/status.h"
#include "server/proxy/forward_path.h"

namespace postern::proxy {

namespace {

// The session's three ends of an exchange.
class AnswerLater final : public http::Later {
public:
    explicit AnswerLater(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
    bool take(http::Response& into) override { return exchange_->take(into); }
    bool keeps_time() const override { return true; }

private:
    std::shared_ptr<Exchange> exchange_;
};

class AnswerSource final : public http::LiveSource {
public:
    explicit AnswerSource(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
    std::size_t read(char* into, std::size_t room) override { return exchange_->read(into, room); }
    bool ended() const override { return exchange_->ended(); }
    bool failed() const override { return exchange_->broke(); }
    bool keeps_time() const override { return true; }

private:
    std::shared_ptr<Exchange> exchange_;
};

class UploadSink final : public http::BodySink {
public:
    explicit UploadSink(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
    std::size_t room() const override { return exchange_->room(); }
    void take(std::string_view bytes) override { exchange_->put(bytes); }
    void push() override { exchange_->push(); }
    void end() override { exchange_->put_end(); }

private:
    std::shared_ptr<Exchange> exchange_;
};

// Not the upstream's fault: too many connections are open already, to it or in all.
bool is_our_want(int error) {
    return error == 0 || error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS || error == EADDRNOTAVAIL;
}

}  // namespace

Exchange::Exchange(std::shared_ptr<Pool> pool, http::Rouser& rouser, Passing passing)
    : pool_(std::move(pool)), rouser_(rouser), passing_(std::move(passing)), upload_(passing_.upload) {
    // One at rest may be closing just now: what may not be sent twice goes over a new one.
    may_be_kept_ = passing_.idempotent && passing_.upload == BodyForm::kNone && passing_.upgrade.empty() && !passing_.last;
    if (passing_.upload == BodyForm::kNone) upload_.end();
}

Exchange::~Exchange() { drop_wire(); }

void Exchange::drop_wire() {
    if (wire_) pool_->close(std::move(wire_));
}

http::Response Exchange::start(const std::shared_ptr<Pool>& pool, http::Rouser& rouser, Passing passing) {
    const bool uploads = passing.upload != BodyForm::kNone;
    auto exchange = std::make_shared<Exchange>(pool, rouser, std::move(passing));
    if (!uploads) exchange->next_upstream();
    http::Response response;
    if (exchange->take(response)) return response;
    response.later = std::make_unique<AnswerLater>(exchange);
    if (uploads) response.sink = std::make_unique<UploadSink>(exchange);
    return response;
}

std::string Exchange::request_text() const {
    const Upstream& upstream = pool_->upstream(wire_->upstream);
    std::string line = passing_.method + " " + rebased_path(passing_.path, passing_.prefix, upstream.base) + passing_.query;
    return line + passing_.tail + passing_.body;
}

void Exchange::next_upstream() {
    while (const auto index = pool_->pick(tried_)) {
        if (open(*index)) return;
        if (failure_ != 0) return;
    }
    fail(failure_ != 0 ? failure_ : 502);
}

bool Exchange::open(std::size_t index) {
    int error = 0;
    wire_ = pool_->open(index, may_be_kept_, passing_.client, error);
    if (!wire_) {
        tried_ |= 1u << index;
        if (is_our_want(error)) fail(503);
        else pool_->failed(index, Error::system("connect", error).text());
        return false;
    }
    wire_->user = this;
    if (!wire_->kept) tried_ |= 1u << index;
    at_ = wire_->kept ? At::kSending : At::kConnecting;
    text_ = request_text();
    sent_ = 0;
    pool_->await(*wire_, wire_->kept ? Pool::For::kAnswer : Pool::For::kConnect);
    if (wire_->kept) advance();
    return true;
}

// Whoever has it of the session's asks what there is.
void Exchange::moved() {
    advance();
    rouser_.rouse();
}

void Exchange::advance() {
    if (at_ == At::kConnecting && !finish_connect()) return;
    if (at_ == At::kSending && !send_text()) return;
    if (can_upload()) push();
    if (at_ == At::kHead) read_head();
    else if (at_ == At::kAnswer && whole_answer_ && !ready_) collect();
    else if (at_ == At::kAnswer) set_time(false);  // if there is something to read it is the client's turn
}

bool Exchange::finish_connect() {
    const int error = wire_->connect_error();
    if (error == EINPROGRESS) return false;
    if (error != 0) {
        attempt_failed(502, Error::system("connect", error).text());
        return false;
    }
    at_ = At::kSending;
    pool_->await(*wire_, Pool::For::kAnswer);
    return true;
}

bool Exchange::send_text() {
    while (sent_ < text_.size()) {
        const net::IoResult sent = wire_->write(std::string_view(text_).substr(sent_));
        if (sent.status == net::IoStatus::kWait) return false;
        if (sent.status != net::IoStatus::kOk) {
            attempt_failed(502, "it closed the connection before the request was sent");
            return false;
        }
        sent_ += sent.bytes;
    }
    text_.clear();
    at_ = At::kHead;
    set_time(true);
    return true;
}

// Nothing can be had of the upstream before the client gives, or takes, something.
bool Exchange::awaits_client() const {
    if (at_ == At::kHead) return !upload_.ended() && upload_.room() > 0;
    return at_ == At::kAnswer && !whole_answer_ && wire_->may_read;
}

// Whoever it is that is waited for has a limit: the client the session's, the upstream its own. What goes both ways at once
// counts as one: it has an end when nothing moves either way.
void Exchange::set_time(bool moved) {
    if (!wire_) return;
    const bool both = tunnel_ || (at_ == At::kAnswer && !upload_.ended());
    if (!both && awaits_client()) return wire_->unlink();
    if (moved || !wire_->linked()) pool_->await(*wire_, tunnel_ ? Pool::For::kTunnel : Pool::For::kAnswer);
}

void Exchange::read_head() {
    std::array<char, 4096> bytes;
    while (at_ == At::kHead) {
        const net::IoResult got = wire_->read(bytes.data(), bytes.size());
        if (got.status == net::IoStatus::kWait) return;
        if (got.status != net::IoStatus::kOk)
            return attempt_failed(502, text_.empty() ? "it closed the connection without an answer" : "it closed the connection in the head of its answer");
        text_.append(bytes.data(), got.bytes);
        while (at_ == At::kHead && take_head()) {
        }
    }
}

// True: there may be another in what came.
bool Exchange::take_head() {
    const Upstream& upstream = pool_->upstream(wire_->upstream);
    const Mapping mapping{upstream.authority, upstream.base ? std::string_view(*upstream.base) : "", upstream.base ? std::string_view(passing_.prefix) : "",
                          passing_.named};
    const ParsedHead parsed = parse_response(text_, passing_.to_head, mapping, head_);
    if (parsed.state == ParseState::kPartial) return false;
    std::string fault = parsed.fault;
    if (parsed.state == ParseState::kComplete && head_.status == 101 && !equal_no_case(head_.upgrade, passing_.upgrade))
        fault = "it changes to a protocol that it was not asked for";
    const bool interim = head_.status < 200 && head_.status != 101;  // 100, 103: not for the client, who has our 100
    if (interim && ++interim_ > limits::kUpstreamInterim) fault = "it sends interim answers without end";
    if (!fault.empty()) {
        // It does not get better by asking again, nor is it the upstream's end.
        pool_->failed(wire_->upstream, fault);
        drop_wire();
        fail(502);
        return false;
    }
    if (interim) {
        text_.erase(0, parsed.size);
        return !text_.empty();
    }
    std::string begun = text_.substr(parsed.size);
    std::string().swap(text_);
    settle_answer(std::move(begun));
    return false;
}

void Exchange::settle_answer(std::string begun) {
    pool_->works(wire_->upstream);
    at_ = At::kAnswer;
    tunnel_ = head_.status == 101;
    body_ = AnswerBody(tunnel_ ? ResponseHead::Body::kToTheEnd : head_.body, head_.length, std::move(begun));
    whole_answer_ = !tunnel_ && (head_.body == ResponseHead::Body::kNone ||
                                 (head_.body == ResponseHead::Body::kLength && head_.length <= limits::kSmallAnswer));
    if (tunnel_) upload_ = Upload(BodyForm::kNone);
    set_time(true);
    if (whole_answer_) return collect();
    ready_ = true;
}

void Exchange::collect() {
    std::array<char, 4096> bytes;
    while (true) {
        const AnswerBody::Step step = body_.read(*wire_, bytes.data(), bytes.size());
        if (step.state == AnswerBody::State::kFailed) return attempt_failed(502, "it closed the connection in its answer");
        whole_.append(bytes.data(), step.size);
        if (step.state == AnswerBody::State::kEnded) break;
        if (step.size == 0) return;
        set_time(true);
    }
    end_answer(true);
    ready_ = true;
}

void Exchange::end_answer(bool clean) {
    at_ = At::kDone;
    broke_ = !clean;
    if (!wire_) return;
    if (clean && head_.keep_alive && !tunnel_ && !passing_.last && body_.is_clean() && upload_.all_sent()) pool_->give_back(std::move(wire_));
    else drop_wire();
}

// Another is asked where that can do no harm: the request may be sent twice, or nothing of it has gone.
void Exchange::attempt_failed(std::uint16_t status, const std::string& why) {
    const bool stale = wire_->kept, nothing_sent = at_ == At::kConnecting;
    const bool again = (!upload_.began() || !upload_.any_sent()) && (passing_.idempotent || nothing_sent);
    if (!stale) pool_->failed(wire_->upstream, why);
    may_be_kept_ = false;
    drop_wire();
    if (!again) return fail(status);
    if (!upload_.began()) {
        const bool ended = upload_.ended();
        upload_ = Upload(passing_.upload);
        if (ended) upload_.end();
    }
    text_.clear();
    whole_.clear();
    whole_answer_ = false;
    failure_ = 0;
    next_upstream();
    if (failure_ == 502) failure_ = status;
}

void Exchange::fail(std::uint16_t status) {
    failure_ = status;
    ready_ = true;
    at_ = At::kDone;
    rouser_.rouse();
}

void Exchange::timed_out() {
    const std::string why = at_ == At::kConnecting ? "it does not take the connection" : "it has said nothing for too long";
    if (at_ == At::kAnswer && !whole_answer_) end_answer(tunnel_);
    else attempt_failed(504, why);
    rouser_.rouse();
}

bool Exchange::take(http::Response& into) {
    if (!ready_) return false;
    if (failure_ != 0) {
        into.status = failure_;
        into.prebuilt = http::status_page(failure_);
        return true;
    }
    into.status = head_.status;
    into.own_lines = std::move(head_.lines);
    into.announce = head_.has_length;
    into.announced_length = head_.length;
    const bool bodiless = head_.body == ResponseHead::Body::kNone;
    // Its GET would have come in pieces.
    const bool unknown_to_head = passing_.to_head && !head_.has_length && head_.status != 204 && head_.status != 304;
    if (whole_answer_ && !unknown_to_head) {
        into.body = std::move(whole_);
        into.announce = bodiless && head_.has_length;
        return true;
    }
    into.live = std::make_unique<AnswerSource>(shared_from_this());
    if (!tunnel_) return true;
    into.announce = false;
    into.own_lines += "Connection: Upgrade\r\nUpgrade: " + head_.upgrade + "\r\n";
    into.sink = std::make_unique<UploadSink>(shared_from_this());
    return true;
}

std::size_t Exchange::read(char* into, std::size_t room) {
    if (at_ != At::kAnswer) return 0;
    const AnswerBody::Step step = body_.read(*wire_, into, room);
    if (step.state != AnswerBody::State::kMore) end_answer(step.state == AnswerBody::State::kEnded);
    else set_time(step.size > 0);
    return step.state == AnswerBody::State::kFailed ? 0 : step.size;
}

std::size_t Exchange::room() const {
    if (at_ == At::kDone) return limits::kUpstreamPiece;  // and forgotten
    return can_upload() || at_ == At::kGathering ? upload_.room() : 0;
}

void Exchange::put(std::string_view bytes) {
    if (at_ == At::kDone) return;
    uploaded_ += bytes.size();
    if (passing_.most_upload == 0 || tunnel_ || uploaded_ <= passing_.most_upload) return upload_.add(bytes);
    drop_wire();
    if (at_ == At::kAnswer && ready_) return end_answer(false);
    fail(413);
}

// Where it breaks, the upstream's answer may tell more: reading finds out.
void Exchange::push() {
    if (at_ == At::kGathering && (upload_.room() == 0 || upload_.ended())) next_upstream();
    if (!can_upload()) return;
    const std::size_t waited = upload_.waiting();
    if (waited > 0) (void)upload_.flush(*wire_);
    set_time(upload_.waiting() < waited);
}

void Exchange::put_end() {
    if (at_ == At::kDone) return;
    upload_.end();
    push();
}

}  // namespace postern::proxy
