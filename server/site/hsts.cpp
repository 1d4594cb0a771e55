#include "server/site/hsts.h"

#include <algorithm>

namespace postern::site {

namespace {

constexpr Seconds kLookEvery(60);
constexpr Seconds kYear(365 * 86400);  // what browsers' preload lists ask for; no certificate lives longer
constexpr Seconds kHour(3600);

}  // namespace

Hsts::Hsts(std::shared_ptr<http::Handler> inner, HstsRule rule, std::string folder, const CertHealth& health)
    : inner_(std::move(inner)), rule_(rule), folder_(std::move(folder)), health_(health) {}

// Whole hours: the line need not be made anew all the time.
void Hsts::refresh(const http::Context& context) {
    next_ = context.now + kLookEvery;
    Seconds age = rule_.max_age;
    if (rule_.kind == HstsRule::Kind::kGoverned) {
        const auto left = std::clamp<Seconds>(health_.public_until(folder_) - context.wall, Seconds(0), kYear);
        age = left / kHour * kHour;
        if (age == Seconds(0)) return line_.set("");
    }
    std::string line = "Strict-Transport-Security: max-age=" + std::to_string(age.count());
    if (rule_.subdomains) line += "; includeSubDomains";
    if (rule_.preload) line += "; preload";
    line_.set(line + "\r\n");
}

http::Response Hsts::handle(const http::Request& request, const http::Context& context) {
    if (context.now >= next_) refresh(context);
    http::Response response = inner_->handle(request, context);
    response.lines = line_.before(response.lines);
    return response;
}

}  // namespace postern::site
