#include "server/site/allowed.h"

#include "server/http/client_of.h"
#include "server/site/error_page.h"

namespace postern::site {

bool AddressRule::lets_in(std::string_view text) const {
    const std::optional<Ip> ip = Ip::parse(text);
    return ip && !contains(deny, *ip) && (allow.empty() || contains(allow, *ip));
}

http::Response Allowed::handle(const http::Request& request, const http::Context& context) {
    return rule_.lets_in(http::client_of(request, context)) ? inner_->handle(request, context) : error_response(403);
}

}  // namespace postern::site
