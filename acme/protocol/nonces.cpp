#include "acme/protocol/nonces.h"

#include "acme/protocol/limits.h"
#include "server/base/base64url.h"

namespace postern::acme {

bool Nonces::put(std::string_view nonce) {
    if (nonce.size() > limits::kNonce || !is_base64url(nonce)) return false;
    if (kept_.size() >= limits::kNoncesKept) kept_.erase(kept_.begin());
    kept_.emplace_back(nonce);
    return true;
}

std::optional<std::string> Nonces::take() {
    if (kept_.empty()) return std::nullopt;
    std::string nonce = std::move(kept_.back());
    kept_.pop_back();
    return nonce;
}

}  // namespace postern::acme
