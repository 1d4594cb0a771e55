// One run for one certificate (RFC 8555 section 7.1): state and reply in, next call, wait, or end out. No I/O and no clock:
// the run (acme/run.h) carries out what next() asks for and hands in what came of it.
//
//   directory, nonce and account come first whenever one is missing; then
//   newOrder -> each authorization -> its challenge -> the order until it is ready -> finalize -> the order until it is
//   valid -> certificate. The order's status decides what is next, never what we believe to have done: an order may come
//   back in any status, without authorizations or with valid ones.
#pragma once

#include <array>
#include <deque>

#include "acme/engine_state.h"
#include "acme/policy/retry.h"
#include "acme/protocol/jws.h"
#include "acme/protocol/order.h"
#include "acme/protocol/retry_after.h"
#include "acme/steps.h"

namespace postern::acme {

class Engine {
public:
    Engine(RunTask task, CaSession& session, const AccountKey& key);

    Next next(Facts facts);
    void take(const Result<HttpReply>& reply, ExchangeFault fault, Facts facts);
    void key_made(Result<std::string> csr_der);
    void not_put_up(const Error& error) { fail("internal", error.text()); }
    void no_leave(RunFailure why);  // the run has failed
    std::vector<Charge> take_charges();  // since the last call; once more after the end

private:
    using State = EngineState;
    using Ask = EngineAsk;
    static std::string_view name_of(Ask ask);  // "newOrder": for log and messages

    // What to ask, and how (engine.cpp).
    Ask wanted() const;
    Ask asked_for_state() const;
    Next call(Facts facts);
    Result<HttpRequest> request_for(Ask ask);
    Result<HttpRequest> post(const std::string& url, std::string_view payload, bool by_jwk = false);
    EngineTries& tries() { return tries_[static_cast<std::size_t>(asked_)]; }

    // Good replies (engine_accept.cpp). A failure means: the reply cannot be understood.
    Result<void> accept(const HttpReply& reply, Facts facts);
    Result<void> accept_directory(const HttpReply& reply);
    Result<void> accept_account(const HttpReply& reply);
    Result<void> accept_new_order(const HttpReply& reply, Facts facts);
    Result<void> accept_authorization(const HttpReply& reply, Facts facts);
    Result<void> accept_finalize(const HttpReply& reply, Facts facts);
    void go_by(Order order, const HttpReply& reply, Facts facts);
    void order_invalid();
    void count_certificate();
    Result<void> accept_certificate(const HttpReply& reply);  // this and the next two: engine_chain.cpp
    bool in_alternates() const { return asked_ == Ask::kCertificate && alternate_ > 0; }
    void next_alternate();
    // What is left of an order that failed (engine_diagnose.cpp).
    void diagnose(const Authorization& authorization);
    void end_diagnosis();
    void give_back();
    void given_back(const Result<HttpReply>& reply);
    // Which challenge, and what is put up for it (engine_challenge.cpp).
    void choose_challenge(const Authorization& authorization);
    const Challenge* usable(const Authorization& authorization) const;
    std::string own_name(const std::string& identifier) const;
    void next_authorization();
    void poll(std::optional<RetryAfter> asked, Facts facts);

    // Bad replies and none at all (engine_refuse.cpp).
    void refuse(const HttpReply& reply, Facts facts);
    bool follow_redirect(const HttpReply& reply);
    std::string no_directory() const;  // "no ACME directory at URL"
    void stumble(std::string type, const std::string& detail, std::optional<RetryAfter> asked, Facts facts);
    void again_without_nonces(const CaProblem& problem, Facts facts);
    bool forget_kept_order();
    // A new account (engine_account.cpp).
    bool may_register();  // false: not with this configuration, and the run has failed
    std::string new_account() const;
    bool binding_refused(const CaProblem& problem);
    // What a new order says besides the names (engine_new_order.cpp).
    NewOrder new_order() const;
    bool drop_replaces(const CaProblem& problem);
    bool choose_profile();  // false: there is none, and the run has failed
    bool drop_profile(const CaProblem& problem);

    void note(std::string event, std::string text, bool trouble = false) {
        queued_.push_back(Note{std::move(event), std::move(text), trouble});
    }
    void fail(std::string type, const std::string& detail, bool permanent = false);
    void fail_with(const CaProblem& problem, bool permanent);

    RunTask task_;
    CaSession& session_;
    const AccountKey& key_;
    State state_;
    Ask asked_ = Ask::kDirectory;
    std::deque<Next> queued_;  // effects and waits that come before the next call
    std::array<EngineTries, kEngineAsks> tries_{};
    int rounds_ = 0, redirects_ = 0, polls_ = 0, failed_inside_ = 0;  // the last: newOrder with `replaces`, by status 500
    PollPace pace_;
    bool reached_ = false, account_renewed_ = false, contact_left_out_ = false, key_renewed_ = false, kept_order_ = false;
    std::string directory_url_, order_url_;
    Order order_;
    std::vector<std::string> authorizations_, leftover_, alternates_;  // URLs; of those to give back; of other chains
    std::size_t at_ = 0;                  // of authorizations_, then of leftover_
    std::size_t profile_ = 0, alternate_ = 0;  // of task_.profiles; of alternates_ from 1, 0: the order's own
    Challenge challenge_;
    std::optional<RetryAfter> asked_wait_;  // by the last answered challenge
    std::optional<SteadyTime> poll_since_;
    OrderStatus polled_ = OrderStatus::kPending;
    std::string chain_, profile_refusal_;  // the latter: what the CA said of the last profile that it did not take
    std::vector<CaProblem> failed_names_;
    std::vector<Charge> charges_;
    enum class Made : unsigned char { kNo, kPerhaps, kCounted } made_;  // CAs count a certificate when they make it
    RunFailure failure_;
};

}  // namespace postern::acme
