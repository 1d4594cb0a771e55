// The engine's half for refusals and silence: another try, another way, or the end of the run.
#include "acme/engine.h"
#include "acme/judge.h"
#include "acme/protocol/limits.h"
#include "acme/protocol/url.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

// Everything that the CA said but the type, which stands beside it.
std::string words_beside(const CaProblem& problem) {
    CaProblem shown = problem;
    shown.type.clear();
    return in_words(shown);
}

// The answer of a server that has nothing at this URL, an ACME server's among them ("malformed"); not of one in trouble.
bool is_elsewhere(const CaProblem& problem) {
    const bool nothing = problem.type.empty() || problem.status == 404 || problem.status == 405 || problem.status == 410;
    return nothing && judge(problem) == Verdict::kGiveUp;
}

}  // namespace

std::string Engine::no_directory() const { return "no ACME directory at " + printable(directory_url_, 200); }

void Engine::refuse(const HttpReply& reply, Facts facts) {
    if (follow_redirect(reply)) return;
    CaProblem problem = problem_of(reply);
    if (problem.type == "userActionRequired" && problem.link.empty())  // RFC 8555 section 7.3.3
        problem.link = printable(link_target(reply, "terms-of-service"), 200);
    auto asked_wait = retry_after(reply, facts.wall);
    if (asked_ == Ask::kDirectory && is_elsewhere(problem)) {
        fail("directory", no_directory() + ": " + words_beside(problem));
        if (asked_wait) failure_.retry_after = asked_wait->wait;
        return;
    }
    if (asked_ == Ask::kNewOrder && (drop_replaces(problem) || drop_profile(problem))) return;
    if (asked_ == Ask::kAccount && binding_refused(problem)) return;
    const Verdict verdict = judge(problem);
    const bool open = verdict == Verdict::kLookAgain || verdict == Verdict::kLater;
    if (asked_ == Ask::kFinalize && !open) made_ = Made::kNo;
    switch (verdict) {
        case Verdict::kNonce: return again_without_nonces(problem, facts);
        case Verdict::kAccount:
            if (asked_ == Ask::kAccount || account_renewed_) return fail_with(problem, false);
            account_renewed_ = true;  // the same key is registered once more, then the same again
            session_.account_url.clear();
            return;
        case Verdict::kContact:
            if (asked_ != Ask::kAccount || contact_left_out_ || task_.email.empty()) return fail_with(problem, true);
            contact_left_out_ = true;
            return;
        case Verdict::kNewKey:
            if (asked_ != Ask::kFinalize || key_renewed_) return fail_with(problem, true);
            key_renewed_ = true;
            state_ = State::kMakeKey;
            return;
        case Verdict::kLookAgain:
            if (asked_ == Ask::kFinalize) state_ = State::kOrder;
            return stumble(problem.type, words_beside(problem), asked_wait, facts);
        case Verdict::kLater: return stumble(problem.type, words_beside(problem), asked_wait, facts);
        case Verdict::kGiveUp:
            if (in_alternates()) return next_alternate();
            if (asked_ == Ask::kOrder && forget_kept_order()) return;
            fail_with(problem, false);
            if (asked_wait) failure_.retry_after = asked_wait->wait;
            return;
        case Verdict::kPerson: return fail_with(problem, true);
    }
}

// Only the directory is ever found elsewhere, and only over https.
bool Engine::follow_redirect(const HttpReply& reply) {
    const int status = reply.status;
    const bool redirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    if (asked_ != Ask::kDirectory || !redirect) return false;
    auto target = resolve_location(directory_url_, reply.field("Location"));
    if (!target) {
        fail("directory", "the directory redirects to where we do not go: " + target.error().text());
    } else if (++redirects_ > limits::kRedirects) {
        fail("directory", "the directory redirects without end");
    } else {
        directory_url_ = std::move(*target);
    }
    return true;
}

// RFC 8555 section 6.5: with the nonce that came with the error and no older one; without it newNonce is asked.
void Engine::again_without_nonces(const CaProblem& problem, Facts facts) {
    auto fresh = session_.nonces.take();
    session_.nonces.clear();
    if (fresh) session_.nonces.put(*fresh);
    const bool patient = facts.steady - tries().since.value_or(facts.steady) < limits::kStepTime;
    if (++tries().bad_nonces <= limits::kBadNonces && patient) return;
    if (in_alternates()) return next_alternate();
    fail_with(problem, false);
}

// A try that failed for a passing reason. What was asked may have been done all the same when the answer got lost: after
// a finalization the order is looked at, after a challenge its authorization, instead of asking twice.
void Engine::stumble(std::string type, const std::string& detail, std::optional<RetryAfter> asked, Facts facts) {
    if (type.empty()) type = "refused";
    if (in_alternates()) return next_alternate();
    EngineTries& step = tries();
    auto pause = pause_in_run(++step.failures, asked ? std::optional(asked->wait) : std::nullopt);
    const bool late = !asked && facts.steady - step.since.value_or(facts.steady) > limits::kStepTime;
    if (!pause || late) {
        fail(type, detail);
        const bool still_there = asked_ == Ask::kOrder || asked_ == Ask::kFinalize || asked_ == Ask::kCertificate;
        const bool understood = type != "certificate" && type != "answer";
        failure_.keep_order = failure_.keep_order || (still_there && !task_.csr.empty() && understood);
        if (asked) failure_.retry_after = asked->wait;
        return;
    }
    if (asked_ == Ask::kFinalize) state_ = State::kOrder;
    if (asked_ == Ask::kChallenge) state_ = State::kAuthorization;
    note("acme.retry", type + ": " + detail + "; again in " + std::to_string(pause->count() / 1000) + " s", true);
    queued_.push_back(Pause{*pause, asked ? asked->until : std::nullopt});
}

// An order left over from an earlier run that has gone bad costs nothing: a new one takes its place, if the CA's limits
// have one left. True when it was one.
bool Engine::forget_kept_order() {
    if (!kept_order_) return false;
    kept_order_ = false;
    if (made_ == Made::kPerhaps) count_certificate();
    made_ = Made::kNo;
    task_.csr.clear();
    order_url_.clear();
    authorizations_.clear();
    at_ = 0;
    state_ = State::kNewOrder;
    queued_.push_back(AskLeave{});
    return true;
}

void Engine::no_leave(RunFailure why) {
    failure_ = std::move(why);  // no failure of the CA: it would be asked more seldom for it
    failure_.order_gone = true;
    queued_.clear();
    state_ = State::kFailed;
}

// What fails while an order that has failed is tidied up hides nothing; nor does it lose a certificate that is there.
void Engine::fail(std::string type, const std::string& detail, bool permanent) {
    if (state_ == State::kDeactivate) {
        state_ = State::kFailed;
        return;
    }
    if (state_ == State::kDownload && !chain_.empty()) {  // another chain was only looked for
        state_ = State::kFinished;
        return;
    }
    failure_ = RunFailure{};
    failure_.problem.advice = std::string(advice_for(type));
    failure_.problem.type = std::move(type);
    failure_.problem.detail = std::string(name_of(asked_)) + ": " + detail;
    failure_.permanent = permanent;
    failure_.reached_ca = reached_;
    // What comes before the order says nothing against it.
    const bool before = asked_ == Ask::kDirectory || asked_ == Ask::kNonce || asked_ == Ask::kAccount;
    failure_.keep_order = before && !order_url_.empty() && !task_.csr.empty();
    queued_.clear();
    state_ = State::kFailed;
}

void Engine::fail_with(const CaProblem& problem, bool permanent) {
    fail(problem.type.empty() ? "refused" : problem.type, words_beside(problem), permanent);
}

}  // namespace postern::acme
