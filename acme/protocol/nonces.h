// Replay-Nonces (RFC 8555 section 6.5): each used once, newest first; every reply brings one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::acme {

class Nonces {
public:
    // False (and not kept) when it is missing or not base64url: section 6.5.1 forbids its use.
    bool put(std::string_view nonce);
    // The newest: old ones may have expired at the CA. Empty when there is none.
    std::optional<std::string> take();
    bool empty() const { return kept_.empty(); }
    void clear() { kept_.clear(); }

private:
    std::vector<std::string> kept_;
};

}  // namespace postern::acme
