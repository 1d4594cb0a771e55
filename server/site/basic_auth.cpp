#include "server/site/basic_auth.h"

#include "server/base/text.h"
#include "server/http/client_of.h"
#include "server/site/error_page.h"

namespace postern::site {

namespace {

constexpr std::size_t kLongestCredentials = 2048;  // a name, a password of 255 bytes, in base64; each is hashed before it is known

// What stands behind the scheme; empty: no Basic, or not only once.
std::string_view credentials_of(const http::Request& request) {
    constexpr std::string_view kName = "authorization", kScheme = "basic ";
    std::string_view found;
    for (const http::FieldView& field : request.fields) {
        if (!equal_no_case(field.name, kName)) continue;
        if (!found.empty() || !equal_no_case(field.value.substr(0, kScheme.size()), kScheme)) return {};
        found = trim(field.value.substr(kScheme.size()));
    }
    return found.size() <= kLongestCredentials ? found : std::string_view();
}

http::Response wait_for(std::uint16_t status, Seconds wait) {
    http::Response response = error_response(status);
    response.fields.emplace_back("Retry-After", std::to_string(wait.count()));
    return response;
}

}  // namespace

BasicAuth::BasicAuth(std::shared_ptr<http::Handler> inner, std::shared_ptr<CredentialCheck> check, std::string_view realm)
    : inner_(std::move(inner)), check_(std::move(check)), challenge_("Basic realm=\"") {
    for (const char c : realm) {
        if (c == '"' || c == '\\') challenge_ += '\\';
        challenge_ += c;
    }
    challenge_ += "\", charset=\"UTF-8\"";
}

http::Response BasicAuth::ask_for_it() const {
    http::Response response = error_response(401);
    response.fields.emplace_back("WWW-Authenticate", challenge_);
    return response;
}

http::Response BasicAuth::handle(const http::Request& request, const http::Context& context) {
    using What = Credential::What;
    // Never in clear, whatever the configuration let through: the answer would be an invitation to send a password that way.
    if (!context.secure) return error_response(403);
    const std::string_view credentials = credentials_of(request);
    if (credentials.empty()) return ask_for_it();
    Credential found = check_->check(credentials, http::client_of(request, context), context.waker);
    switch (found.what) {
        case What::kRight: break;
        case What::kWrong: return ask_for_it();
        case What::kTooMany: return wait_for(429, found.wait);
        case What::kBusy: return wait_for(503, Seconds(1));
        case What::kPending: {
            http::Response response;
            response.later = std::move(found.later);
            response.again = true;
            return response;
        }
    }
    http::Response response = inner_->handle(request, context);
    response.user = found.user;
    return response;
}

}  // namespace postern::site
