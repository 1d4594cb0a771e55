// From the plan to the public endpoints: which handlers answer on which listener. Part of the composition.
#pragma once

#include <memory>
#include <vector>

#include "firmware/access/visitor_desk.h"
#include "firmware/config/plan.h"
#include "server/front/endpoint.h"
#include "server/site/challenge.h"
#include "server/site/hsts.h"

namespace postern {

// What the handlers ask; must outlive them.
struct SiteParts {
    const site::ChallengeSource& challenges;
    const site::CertHealth& health;
    http::AnswerBook& answers;
    access::VisitorDesk& visitors;
    Random& random;
    Log& log;
};

// Handlers are made when the front asks for them: opening a root can fail then.
std::vector<front::Endpoint> public_endpoints(const config::Plan& plan, const SiteParts& parts,
                                              const std::shared_ptr<const tls::TlsContext>& tls);

}  // namespace postern
