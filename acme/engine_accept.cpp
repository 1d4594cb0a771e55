// The engine's half for replies of success: what each tells, and where it leads.
#include "acme/engine.h"
#include "acme/protocol/limits.h"
#include "acme/protocol/url.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

Result<Json> json_of(const HttpReply& reply) {
    if (!reply.has_type("application/json"))
        return Error::refuse("not JSON but " + printable(reply.field("Content-Type"), 60));
    return Json::parse(reply.body);
}

// Relative to the host of `asked`, where it is (RFC 9110 section 10.2.2).
Result<std::string> location_of(const HttpReply& reply, const std::string& asked, std::string_view what) {
    std::string_view location = reply.field("Location");
    if (location.empty()) return Error::refuse("no Location in the answer to " + std::string(what));
    auto url = resolve_location(asked, location);
    if (!url) return std::move(url).error().at("Location");
    return url;
}

}  // namespace

Result<void> Engine::accept(const HttpReply& reply, Facts facts) {
    switch (asked_) {
        case Ask::kDirectory: return accept_directory(reply);
        case Ask::kNonce:
            if (session_.nonces.empty()) return Error::refuse("newNonce gave no nonce that may be used");
            return {};
        case Ask::kAccount: return accept_account(reply);
        case Ask::kNewOrder: return accept_new_order(reply, facts);
        case Ask::kOrder: {
            TRY(Json json, json_of(reply));
            TRY(Order order, order_from(json));
            go_by(std::move(order), reply, facts);
            return {};
        }
        case Ask::kAuthorization: return accept_authorization(reply, facts);
        case Ask::kChallenge:
            // Its body tells less than the order will; only its pace counts.
            asked_wait_ = retry_after(reply, facts.wall);
            state_ = State::kAuthorization;
            ++at_;
            next_authorization();
            if (state_ == State::kOrder) poll(asked_wait_, facts);
            return {};
        case Ask::kFinalize: return accept_finalize(reply, facts);
        case Ask::kCertificate: return accept_certificate(reply);
        case Ask::kDeactivate: break;  // take() sees to it
    }
    return Error::bug("an answer of no kind");
}

Result<void> Engine::accept_directory(const HttpReply& reply) {
    auto json = Json::parse(reply.body);
    auto directory = json ? directory_from(*json) : Result<Directory>(std::move(json).error());
    if (!directory) return std::move(directory).error().at(no_directory());
    session_.directory = std::move(*directory);
    return {};
}

Result<void> Engine::accept_account(const HttpReply& reply) {
    TRY(session_.account_url, location_of(reply, session_.directory->new_account, "newAccount"));
    queued_.push_back(KeepAccount{session_.account_url});
    if (reply.status == 201) charges_.push_back({Spent::kAccount, {}});
    note("acme.account", reply.status == 201 ? "account registered" : "account found again");
    return {};
}

// An order that cannot be found again is no use, and asking for it again would make another: no second try here.
Result<void> Engine::accept_new_order(const HttpReply& reply, Facts facts) {
    charges_.push_back({Spent::kOrder, {}});
    auto location = location_of(reply, session_.directory->new_order, "newOrder");
    if (!location) {
        fail("answer", location.error().text());
        return {};
    }
    TRY(Json json, json_of(reply));
    TRY(Order order, order_from(json));
    order_url_ = std::move(*location);
    note("acme.order", "order placed for " + join(task_.names, ", "));
    go_by(std::move(order), reply, facts);
    return {};
}

Result<void> Engine::accept_finalize(const HttpReply& reply, Facts facts) {
    auto json = json_of(reply);
    auto order = json ? order_from(*json) : Result<Order>(std::move(json).error());
    if (order) {
        go_by(std::move(*order), reply, facts);
    } else {  // it was taken, that is enough; the order itself will tell
        state_ = State::kOrder;
        poll(retry_after(reply, facts.wall), facts);
    }
    return {};
}

void Engine::go_by(Order order, const HttpReply& reply, Facts facts) {
    if (!order.authorizations.empty() && authorizations_.empty()) authorizations_ = order.authorizations;
    if (order.status != polled_) {
        polls_ = pace_.slow = 0;
        poll_since_.reset();
    }
    polled_ = order.status;
    order_ = std::move(order);
    if (order_.status == OrderStatus::kValid) count_certificate();
    else if (order_.status != OrderStatus::kProcessing && made_ == Made::kPerhaps) made_ = Made::kNo;
    switch (order_.status) {
        case OrderStatus::kPending:
            state_ = State::kAuthorization;
            next_authorization();
            if (state_ == State::kOrder) poll(retry_after(reply, facts.wall), facts);
            return;
        case OrderStatus::kReady:
            if (task_.csr.empty()) note("acme.validated", "validated " + join(task_.names, ", "));
            state_ = task_.csr.empty() ? State::kMakeKey : State::kFinalize;
            return;
        case OrderStatus::kProcessing:
            state_ = State::kOrder;
            return poll(retry_after(reply, facts.wall), facts);
        case OrderStatus::kValid:
            // A new order that was finalized before: by whom and with which key it does not say.
            if (task_.csr.empty()) return fail("order", "the CA says that it has made the certificate already, of another key than ours");
            state_ = State::kDownload;
            return;
        case OrderStatus::kInvalid: return order_invalid();
    }
}

void Engine::count_certificate() {
    if (made_ != Made::kCounted) charges_.push_back({Spent::kCertificate, {}});
    made_ = Made::kCounted;
}

// The authorizations tell what failed for which name.
void Engine::order_invalid() {
    if (forget_kept_order()) return;
    state_ = State::kDiagnose;
    at_ = 0;
    if (authorizations_.empty()) end_diagnosis();
}

// Behind the last one the order itself is looked at.
void Engine::next_authorization() {
    if (at_ >= authorizations_.size()) state_ = State::kOrder;
}

Result<void> Engine::accept_authorization(const HttpReply& reply, Facts facts) {
    TRY(Json json, json_of(reply));
    TRY(Authorization authorization, authorization_from(json));
    if (state_ == State::kDiagnose || authorization.status == AuthzStatus::kInvalid) {
        state_ = State::kDiagnose;
        diagnose(authorization);
        return {};
    }
    switch (authorization.status) {
        case AuthzStatus::kPending: choose_challenge(authorization); break;
        case AuthzStatus::kValid:
        case AuthzStatus::kInvalid: break;
        case AuthzStatus::kDeactivated:
        case AuthzStatus::kExpired:
        case AuthzStatus::kRevoked:
            fail("order", authorization.identifier + ": its authorization is no longer usable");
            return {};
    }
    if (state_ != State::kAuthorization) return {};
    if (++at_ < authorizations_.size()) return {};
    state_ = State::kOrder;
    if (order_.status == OrderStatus::kPending && asked_wait_) poll(asked_wait_, facts);
    return {};
}

// Waits before the order is looked at again, within the run's patience.
void Engine::poll(std::optional<RetryAfter> asked, Facts facts) {
    if (!poll_since_) poll_since_ = facts.steady;
    const Millis pause = next_poll(pace_, asked ? std::optional(asked->wait) : std::nullopt);
    asked_wait_.reset();
    if (++polls_ > limits::kPolls || facts.steady - *poll_since_ + pause > limits::kPollTime) {
        fail("processing", order_.status == OrderStatus::kProcessing ? "the CA is still making the certificate"
                                                                     : "the CA has not validated the names yet");
        failure_.keep_order = order_.status == OrderStatus::kProcessing;
        if (asked) failure_.retry_after = asked->wait;
        return;
    }
    queued_.push_back(Pause{pause, asked ? asked->until : std::nullopt});
}

}  // namespace postern::acme
