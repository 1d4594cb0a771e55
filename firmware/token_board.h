// Joins acme, which hangs up http-01 tokens, to server/site, which answers with them. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "acme/protocol/challenge_board.h"
#include "server/site/challenge.h"

namespace postern {

class TokenBoard final : public acme::ChallengeBoard, public site::ChallengeSource {
public:
    void post(const std::string& token, const std::string& key_authorization) override;
    void withdraw(const std::string& token) override;
    std::optional<std::string> key_authorization(std::string_view token) const override;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::string, std::less<>> tokens_;  // a handful: those of the order under way
};

}  // namespace postern
