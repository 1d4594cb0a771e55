// Answers ACME http-01 (RFC 8555 section 8.3) on every listener, before any other rule, for any Host.
#pragma once

#include <optional>
#include <string>

#include "server/http/handler.h"

namespace postern::site {

// Who knows the tokens. Called from loop threads: must be quick and thread-safe.
class ChallengeSource {
public:
    virtual ~ChallengeSource() = default;
    // The key authorization for a token that we are being asked about right now.
    virtual std::optional<std::string> key_authorization(std::string_view token) const = 0;
    // The text for a visitor of a probe (`check --probe`), whose visit may be noted. Asked for what is no token above.
    virtual std::optional<std::string> probe_page(std::string_view, const http::Context&) const { return std::nullopt; }
    // The answer for somebody else's account, now or later; nullopt: as to any unknown token. Asked last.
    virtual std::optional<http::Response> elsewhere(std::string_view, const http::Request&, const http::Context&) const { return std::nullopt; }
};

// The answer to a token with this key authorization; without one, as to any unknown token.
http::Response challenge_answer(std::optional<std::string> key_authorization);

// True when `path` (decoded) or `raw_path` lies under /.well-known/acme-challenge: that request is the board's alone.
bool is_challenge_path(const http::Request& request);

class Challenge final : public http::Handler {
public:
    explicit Challenge(const ChallengeSource& source) : source_(source) {}
    // 200 with the key authorization, no newline, application/octet-stream, to GET and HEAD; else the plain 404 of
    // not_found(): the bare folder, unknown tokens and malformed ones are told apart by nobody. A probe's page is text/plain.
    // May be an answer that comes later.
    http::Response handle(const http::Request& request, const http::Context& context) override;

private:
    const ChallengeSource& source_;
};

}  // namespace postern::site
