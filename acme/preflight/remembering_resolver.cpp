#include "acme/preflight/remembering_resolver.h"

#include "acme/preflight/limits.h"

namespace postern::acme::preflight {

Result<dns::Reply> RememberingResolver::ask(const dns::Question& question) {
    const auto key = std::make_pair(question.name, question.type);
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    if (deaf_ >= limits::kPreflightDeafDns) return Error::retry("not asked: the DNS servers do not answer");
    if (deadline_.left().count() == 0) return Error::retry("not asked: the time for all checks was over");
    auto reply = asked_.ask(question);
    deaf_ = reply.ok() ? 0 : deaf_ + 1;
    known_.emplace(key, reply);
    return reply;
}

}  // namespace postern::acme::preflight
