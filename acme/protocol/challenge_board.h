// Where http-01 tokens are hung up for the server to answer with. Implemented by firmware/compose, which joins it to
// server/site. Thread-safe.
#pragma once

#include <string>

namespace postern::acme {

class ChallengeBoard {
public:
    virtual ~ChallengeBoard() = default;
    virtual void post(const std::string& token, const std::string& key_authorization) = 0;
    virtual void withdraw(const std::string& token) = 0;
};

}  // namespace postern::acme
