#include "server/site/own_fields.h"

namespace postern::site {

OwnFields::OwnFields(std::shared_ptr<http::Handler> inner, const std::vector<OwnField>& fields, Of of) : inner_(std::move(inner)), of_(of) {
    std::string lines;
    for (const OwnField& field : fields) lines += field.name + ": " + field.value + "\r\n";
    lines_.set(std::move(lines));
}

http::Response OwnFields::handle(const http::Request& request, const http::Context& context) {
    http::Response response = inner_->handle(request, context);
    if (of_ == Of::kWhatIsThere && response.status >= 400) return response;
    response.lines = lines_.before(response.lines);
    return response;
}

}  // namespace postern::site
