#include "server/site/error_page.h"

#include "server/http/status.h"

namespace postern::site {

http::Response error_response(std::uint16_t status) {
    http::Response response;
    response.status = status;
    response.prebuilt = http::status_page(status);
    return response;
}

http::Response refuse_method(http::Method method) { return error_response(method == http::Method::kOther ? 501 : 405); }

http::Response options_response() {
    http::Response response;
    response.status = 204;
    response.fields.emplace_back("Allow", "GET, HEAD, OPTIONS");
    return response;
}

}  // namespace postern::site
