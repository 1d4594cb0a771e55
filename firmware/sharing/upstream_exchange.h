// One question to the upstream of a balancer: a token in, its key authorization out. HTTP/1.0 on a connection of its own, so
// that the answer has no framing to be fooled by. Blocks, by a deadline.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/config/sharing_config.h"
#include "server/base/waiting.h"

namespace postern {

struct TokenQuestion {
    std::string token;  // base64url
    std::string host;   // as the CA named it, without brackets, for an upstream with many; empty: the upstream's own
    std::string loop;   // the field CDN-Loop (RFC 8586 section 2)
};

// nullopt: it does not know the token. kRetry: no connection, no answer in time, or one that is neither 200 nor 404, or is no key
// authorization (RFC 8555 section 8.1) for this token.
Result<std::optional<std::string>> ask_upstream(const config::Upstream& upstream, const TokenQuestion& question,
                                                std::size_t most_bytes, const Deadline& deadline);

// What a whole reply means. Pure.
Result<std::optional<std::string>> judge_upstream(std::string_view reply, std::string_view token);

// The field CDN-Loop for the next hop, out of those that came; nullopt: `own` has seen this request, or `most` others have.
std::optional<std::string> next_loop(const std::vector<std::string_view>& came, std::string_view own, std::size_t most);

}  // namespace postern
