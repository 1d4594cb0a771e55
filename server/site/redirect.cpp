#include "server/site/redirect.h"

#include "server/http/status.h"
#include "server/site/error_page.h"

namespace postern::site {
namespace {

constexpr std::uint16_t kHttpsPort = 443;

std::string authority(std::string_view host, std::uint16_t port) {
    const bool literal = host.find(':') != std::string_view::npos;
    std::string text = literal ? "[" + std::string(host) + "]" : std::string(host);
    if (port != kHttpsPort) text += ":" + std::to_string(port);
    return text;
}

}  // namespace

http::Response Redirect::handle(const http::Request& request, const http::Context&) {
    const std::string_view host = canonical_.empty() ? request.host : std::string_view(canonical_);
    if (host.empty()) return error_response(421);
    if (request.path == "*") return options_response();
    const bool reads = request.method == http::Method::kGet || request.method == http::Method::kHead;
    http::Response response = error_response(reads ? 301 : 308);
    // Path and query as they were sent: visible ASCII only, the parser let nothing else through.
    std::string location = "https://" + authority(host, port_);
    location += request.raw_path;
    if (request.has_query) (location += '?') += request.query;
    response.fields.emplace_back("Location", std::move(location));
    return response;
}

}  // namespace postern::site
