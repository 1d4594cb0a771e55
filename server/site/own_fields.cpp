#include "server/site/own_fields.h"

namespace postern::site {

OwnFields::OwnFields(std::shared_ptr<http::Handler> inner, const std::vector<OwnField>& fields) : inner_(std::move(inner)) {
    for (const OwnField& field : fields) lines_ += field.name + ": " + field.value + "\r\n";
}

http::Response OwnFields::handle(const http::Request& request, const http::Context& context) {
    http::Response response = inner_->handle(request, context);
    if (response.lines != behind_ || both_.empty()) {  // seldom: what stands behind changes by the hour
        behind_ = response.lines;
        both_ = lines_ + behind_;
    }
    response.lines = both_;
    return response;
}

}  // namespace postern::site
