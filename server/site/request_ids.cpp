#include "server/site/request_ids.h"

#include <algorithm>
#include <array>

#include "server/base/text.h"

namespace postern::site {

namespace {

constexpr std::size_t kLongestId = 64;

bool is_id(std::string_view text) {
    constexpr std::string_view kSigns = "-._~+/=:@";
    const auto fits = [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kSigns.find(c) != kSigns.npos;
    };
    return !text.empty() && text.size() <= kLongestId && std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

std::string RequestIds::id_of(const http::Request& request, const http::Context& context) {
    const std::string_view given = context.trusted != nullptr ? request.field("x-request-id") : std::string_view();
    if (is_id(given)) return std::string(given);
    std::array<unsigned char, 16> bytes;
    random_.fill(bytes);
    return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

http::Response RequestIds::handle(const http::Request& request, const http::Context& context) {
    std::string id = id_of(request, context);
    http::Context named = context;
    named.request_id = id;
    http::Response response = inner_->handle(request, named);
    response.own_lines += "X-Request-Id: " + id + "\r\n";
    response.request_id = std::move(id);
    return response;
}

}  // namespace postern::site
