#include "server/tls/challenge_table.h"

#include "server/base/ip_text.h"

namespace postern::tls {

namespace {

std::string sni_for(const std::string& name) {
    const auto ip = ip_to_bytes(name);
    return ip ? reverse_name(*ip) : name;
}

}  // namespace

ChallengeTable::Bundle ChallengeTable::find(std::string_view server_name) const {
    const auto found = by_name_.find(server_name);
    return found == by_name_.end() ? nullptr : found->second;
}

std::shared_ptr<const ChallengeTable> ChallengeTable::with(const std::string& name, Bundle bundle) const {
    auto next = std::make_shared<ChallengeTable>(*this);
    next->by_name_[sni_for(name)] = std::move(bundle);
    return next;
}

std::shared_ptr<const ChallengeTable> ChallengeTable::without(const std::string& name) const {
    auto next = std::make_shared<ChallengeTable>(*this);
    next->by_name_.erase(sni_for(name));
    return next;
}

}  // namespace postern::tls
