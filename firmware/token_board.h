// Joins acme, which puts up answers to challenges, to server/site, which answers with tokens, with probes and for machines
// behind us, and to server/tls, which shows certificates. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "acme/protocol/challenge_board.h"
#include "firmware/sharing/challenge_upstream.h"
#include "firmware/probe_book.h"
#include "server/base/published.h"
#include "server/site/challenge.h"
#include "server/tls/challenge_table.h"

namespace postern {

class TokenBoard final : public acme::ChallengeBoard, public site::ChallengeSource {
public:
    TokenBoard(ProbeBook& probes, ChallengeUpstream& upstream) : probes_(probes), upstream_(upstream) {}

    // RFC 7638; of the account for which every token is answered. Empty: of none.
    void set_thumbprint(std::string thumbprint);

    void post(const std::string& token, const std::string& key_authorization) override;
    void withdraw(const std::string& token) override;
    void post_pair(const std::string& name, std::shared_ptr<const crypto::CertBundle> pair) override;
    void withdraw_pair(const std::string& name) override;
    std::optional<std::string> key_authorization(std::string_view token) const override;
    std::optional<std::string> probe_page(std::string_view token, const http::Context& context) const override {
        return probes_.visit(token, context);
    }
    std::optional<http::Response> elsewhere(std::string_view token, const http::Request& request, const http::Context& context) const override;

    const Published<tls::ChallengeTable>& pairs() const { return pairs_; }  // for the TLS settings; lives as long as this

private:
    ProbeBook& probes_;
    ChallengeUpstream& upstream_;
    mutable std::mutex mutex_;                                // of the tokens and the thumbprint, and for one writer of the pairs at a time
    std::string thumbprint_;
    std::map<std::string, std::string, std::less<>> tokens_;  // a handful: those of the order under way
    Published<tls::ChallengeTable> pairs_{std::make_shared<const tls::ChallengeTable>()};
};

}  // namespace postern
