// Why an order failed, name by name, and what is left of it: authorizations that nobody will use are given back (RFC 8555
// section 7.5.2), for CAs count those that are pending.
#include <algorithm>

#include "acme/engine.h"

namespace postern::acme {

namespace {

constexpr std::size_t kNamesTold = 16;  // an order has at most a hundred
constexpr int kBadNonces = 8;           // while authorizations are given back, which is a courtesy

CaProblem problem_in(const Authorization& authorization) {
    CaProblem problem;
    for (const Challenge& challenge : authorization.challenges)
        if (challenge.error) problem = *challenge.error;
    if (problem.type.empty() && problem.detail.empty()) problem.detail = "the CA calls the authorization invalid";
    problem.identifier = authorization.identifier;
    return problem;
}

// (type, text) of the failure that stands for all of these.
std::pair<std::string, std::string> by_name(const std::vector<CaProblem>& problems) {
    const std::string& type = problems.front().type;
    const bool alike = std::all_of(problems.begin(), problems.end(), [&](const CaProblem& p) { return p.type == type; });
    std::string text;
    for (std::size_t i = 0; i < problems.size() && i < kNamesTold; ++i)
        text += (i == 0 ? "" : "; ") + problems[i].identifier + ": " + in_words(problems[i]);
    if (problems.size() > kNamesTold) text += "; and " + std::to_string(problems.size() - kNamesTold) + " more names";
    return {alike && !type.empty() ? type : "compound", text};
}

}  // namespace

// One after the other, whatever the order's own error says: it names no name, mostly.
void Engine::diagnose(const Authorization& authorization) {
    if (authorization.status == AuthzStatus::kPending) leftover_.push_back(authorizations_[at_]);
    if (authorization.status == AuthzStatus::kInvalid) {
        charges_.push_back({Spent::kFailure, authorization.identifier});
        failed_names_.push_back(problem_in(authorization));
    }
    if (++at_ >= authorizations_.size()) end_diagnosis();
}

void Engine::end_diagnosis() {
    const bool order_says = order_.error && !(order_.error->type.empty() && order_.error->detail.empty());
    if (failed_names_.size() == 1) {
        CaProblem problem = failed_names_.front();
        problem.detail = problem.identifier + ": " + problem.detail;
        fail_with(problem, false);
    } else if (!failed_names_.empty()) {
        const auto [type, text] = by_name(failed_names_);
        fail(type, text);
    } else if (order_says) {
        fail_with(*order_.error, false);
    } else {
        fail("order", "the CA calls the order invalid and does not say why");
    }
    give_back();
}

// The run has failed already: what comes of this changes nothing about that.
void Engine::give_back() {
    if (leftover_.empty() || state_ != State::kFailed) return;
    state_ = State::kDeactivate;
    at_ = 0;
}

void Engine::given_back(const Result<HttpReply>& reply) {
    const bool again = reply && reply->status == 400 && problem_of(*reply).type == "badNonce" && ++tries().bad_nonces < kBadNonces;
    if (!again && ++at_ >= leftover_.size()) state_ = State::kFailed;
}

}  // namespace postern::acme
