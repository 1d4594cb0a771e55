// From the plan to the public endpoints: which handlers answer on which listener. Part of the composition.
#pragma once

#include <memory>
#include <vector>

#include "firmware/config/plan.h"
#include "server/front/endpoint.h"
#include "server/site/challenge.h"
#include "server/site/hsts.h"

namespace postern {

// `challenges`, `health`, `answers` and `log` must outlive the handlers. Handlers are made when the front asks for them: opening a root can fail then.
std::vector<front::Endpoint> public_endpoints(const config::Plan& plan, const site::ChallengeSource& challenges,
                                              const site::CertHealth& health, http::AnswerBook& answers,
                                              const std::shared_ptr<const tls::TlsContext>& tls, Log& log);

}  // namespace postern
