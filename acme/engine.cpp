#include "acme/engine.h"

#include <utility>

#include "acme/protocol/limits.h"

namespace postern::acme {

Engine::Engine(RunTask task, CaSession& session, const AccountKey& key)
    : task_(std::move(task)),
      session_(session),
      key_(key),
      state_(task_.order_url.empty() ? State::kNewOrder : State::kOrder),
      kept_order_(!task_.order_url.empty()),
      directory_url_(task_.directory_url),
      order_url_(task_.order_url),
      made_(kept_order_ ? Made::kPerhaps : Made::kNo) {}

Next Engine::next(Facts facts) {
    if (!queued_.empty()) {
        Next first = std::move(queued_.front());
        queued_.pop_front();
        return first;
    }
    if (state_ == State::kFailed) return failure_;
    if (state_ == State::kFinished) return Finished{chain_};
    if (state_ == State::kMakeKey) return MakeKey{order_url_};
    return call(facts);
}

// Of an order that nobody will look at again, the certificate may have been made all the same.
std::vector<Charge> Engine::take_charges() {
    if (state_ == State::kFailed && made_ == Made::kPerhaps && !failure_.keep_order) count_certificate();
    return std::exchange(charges_, {});
}

std::string_view Engine::name_of(Ask ask) {
    static constexpr std::array<std::string_view, kEngineAsks> kNames = {
        "directory", "newNonce", "newAccount", "newOrder", "order", "authorization", "challenge", "finalize", "certificate",
        "deactivation"};
    return kNames[static_cast<std::size_t>(ask)];
}

// A missing directory, nonce or account comes before what the state asks for.
Engine::Ask Engine::wanted() const {
    if (!session_.directory) return Ask::kDirectory;
    if (session_.nonces.empty()) return Ask::kNonce;
    if (session_.account_url.empty()) return Ask::kAccount;
    return asked_for_state();
}

Engine::Ask Engine::asked_for_state() const {
    switch (state_) {
        case State::kNewOrder: return Ask::kNewOrder;
        case State::kOrder: return Ask::kOrder;
        case State::kAuthorization:
        case State::kDiagnose: return Ask::kAuthorization;
        case State::kAnswer: return Ask::kChallenge;
        case State::kFinalize: return Ask::kFinalize;
        case State::kDownload: return Ask::kCertificate;
        case State::kDeactivate: return Ask::kDeactivate;
        case State::kMakeKey:
        case State::kFinished:
        case State::kFailed: break;
    }
    return Ask::kOrder;  // not reached: next() sees to these three
}

Next Engine::call(Facts facts) {
    asked_ = wanted();
    if (asked_ == Ask::kAccount && !may_register()) return failure_;
    if (asked_ == Ask::kNewOrder && !choose_profile()) return failure_;
    if (++rounds_ > limits::kRounds) {
        fail("malformed", "the CA keeps us busy without end");
        return failure_;
    }
    auto request = request_for(asked_);
    if (!request) {
        fail("internal", request.error().text());
        return failure_;
    }
    if (!tries().since) tries().since = facts.steady;
    request->kind = name_of(asked_);
    return Call{std::move(*request), std::string(name_of(asked_))};
}

Result<HttpRequest> Engine::request_for(Ask ask) {
    switch (ask) {
        case Ask::kDirectory: return HttpRequest{HttpRequest::Method::kGet, directory_url_, {}, {}};
        case Ask::kNonce: return HttpRequest{HttpRequest::Method::kHead, session_.directory->new_nonce, {}, {}};
        case Ask::kAccount: return post(session_.directory->new_account, new_account(), true);
        case Ask::kNewOrder: return post(session_.directory->new_order, new_order_payload(new_order()));
        case Ask::kOrder: return post(order_url_, "");
        case Ask::kAuthorization: return post(authorizations_[at_], "");
        case Ask::kChallenge: return post(challenge_.url, "{}");
        case Ask::kFinalize: return post(order_.finalize, finalize_payload(task_.csr));
        case Ask::kCertificate: return post(alternate_ == 0 ? order_.certificate : alternates_[alternate_ - 1], "");
        case Ask::kDeactivate: return post(leftover_[at_], R"({"status":"deactivated"})");
    }
    return Error::bug("a request of no kind");
}

// RFC 8555 section 6.2. The nonce is spent here, whatever becomes of the request.
Result<HttpRequest> Engine::post(const std::string& url, std::string_view payload, bool by_jwk) {
    auto nonce = session_.nonces.take();
    if (!nonce) return Error::bug("a POST without a nonce");
    TRY(std::string body, key_.sign(url, *nonce, by_jwk ? "" : session_.account_url, payload));
    return HttpRequest{HttpRequest::Method::kPost, url, "application/jose+json", std::move(body)};
}

void Engine::key_made(Result<std::string> csr_der) {
    if (!csr_der) return fail("disk", csr_der.error().text());
    task_.csr = std::move(csr_der).value();
    state_ = State::kFinalize;
}

void Engine::take(const Result<HttpReply>& reply, ExchangeFault fault, Facts facts) {
    if (asked_ == Ask::kFinalize && made_ == Made::kNo) made_ = Made::kPerhaps;
    if (!reply) {
        if (asked_ == Ask::kDeactivate) return given_back(reply);
        if (in_alternates()) return next_alternate();
        reached_ = reached_ || fault.reached;
        if (reply.error().kind() == ErrorKind::kAdmin) return fail(std::string(fault.type), reply.error().text());
        return stumble(std::string(fault.type), reply.error().text(), std::nullopt, facts);
    }
    reached_ = true;
    session_.nonces.put(reply->field("Replay-Nonce"));  // RFC 8555 section 6.5: of errors too
    if (asked_ == Ask::kDeactivate) return given_back(reply);
    if (reply->status < 200 || reply->status > 299) return refuse(*reply, facts);
    auto done = accept(*reply, facts);
    if (done) {
        tries_[static_cast<std::size_t>(asked_)] = EngineTries{};
        return;
    }
    const char* type = asked_ == Ask::kDirectory ? "directory" : asked_ == Ask::kCertificate ? "certificate" : "answer";
    stumble(type, done.error().text(), retry_after(*reply, facts.wall), facts);
}

}  // namespace postern::acme
