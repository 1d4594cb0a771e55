// A resolver that asks each question once, and stops asking where nobody answers: for one look, which has little time.
#pragma once

#include <map>
#include <utility>

#include "acme/dns/resolver.h"

namespace postern::acme::preflight {

class RememberingResolver final : public dns::Resolver {
public:
    // Everything is borrowed. No question begins after the deadline.
    RememberingResolver(dns::Resolver& asked, const Deadline& deadline) : asked_(asked), deadline_(deadline) {}

    Result<dns::Reply> ask(const dns::Question& question) override;

private:
    dns::Resolver& asked_;
    const Deadline& deadline_;
    std::map<std::pair<std::string, dns::Type>, Result<dns::Reply>> known_;
    int deaf_ = 0;  // questions in a row that nobody answered
};

}  // namespace postern::acme::preflight
