// What is put up for a CA to look at, in memory.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "acme/protocol/challenge_board.h"

namespace postern::fakes {

// The answers that are up right now, and how many ever were.
class Board final : public acme::ChallengeBoard {
public:
    void post(const std::string& token, const std::string& key_authorization) override {
        tokens[token] = key_authorization;
        ++posted;
    }
    void withdraw(const std::string& token) override { tokens.erase(token); }
    void post_pair(const std::string& name, std::shared_ptr<const crypto::CertBundle> pair) override {
        pairs[name] = std::move(pair);
        ++posted;
    }
    void withdraw_pair(const std::string& name) override { pairs.erase(name); }
    std::map<std::string, std::string> tokens;
    std::map<std::string, std::shared_ptr<const crypto::CertBundle>> pairs;
    int posted = 0;
};

}  // namespace postern::fakes
