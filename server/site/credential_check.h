// Whose passwords open a site, as the site sees it. Implemented by the composition; one for each site, asked by every loop.
#pragma once

#include <memory>
#include <string_view>

#include "server/base/clock.h"
#include "server/http/later.h"

namespace postern::site {

struct Credential {
    enum class What : unsigned char {
        kRight,
        kWrong,
        kPending,  // ask again when `later` says so
        kTooMany,  // wrong ones from there, or from everywhere: not before `wait`
        kBusy,     // nobody looked: too many are being looked at
    } what = What::kWrong;
    std::string_view user{};               // of kRight; lives as long as the check
    Seconds wait{0};
    std::unique_ptr<http::Later> later{};
};

class CredentialCheck {
public:
    virtual ~CredentialCheck() = default;
    // `credentials`: what stands behind "Basic "; `client`: the address to which wrong tries are charged. Never blocks. `waker` may be null: then
    // there is no kPending.
    virtual Credential check(std::string_view credentials, std::string_view client, const http::Waker* waker) = 0;
};

}  // namespace postern::site
