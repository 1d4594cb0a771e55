// Joins acme, which puts up answers to challenges, to server/site, which answers with tokens and with probes, and to
// server/tls, which shows certificates. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "acme/protocol/challenge_board.h"
#include "firmware/probe_book.h"
#include "server/base/published.h"
#include "server/site/challenge.h"
#include "server/tls/challenge_table.h"

namespace postern {

class TokenBoard final : public acme::ChallengeBoard, public site::ChallengeSource {
public:
    explicit TokenBoard(ProbeBook& probes) : probes_(probes) {}

    void post(const std::string& token, const std::string& key_authorization) override;
    void withdraw(const std::string& token) override;
    void post_pair(const std::string& name, std::shared_ptr<const crypto::CertBundle> pair) override;
    void withdraw_pair(const std::string& name) override;
    std::optional<std::string> key_authorization(std::string_view token) const override;
    std::optional<std::string> probe_page(std::string_view token, const http::Context& context) const override {
        return probes_.visit(token, context);
    }

    const Published<tls::ChallengeTable>& pairs() const { return pairs_; }  // for the TLS settings; lives as long as this

private:
    ProbeBook& probes_;
    mutable std::mutex mutex_;                                // of the tokens, and for one writer of the pairs at a time
    std::map<std::string, std::string, std::less<>> tokens_;  // a handful: those of the order under way
    Published<tls::ChallengeTable> pairs_{std::make_shared<const tls::ChallengeTable>()};
};

}  // namespace postern
