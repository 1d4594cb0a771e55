#include "firmware/admin/bearer.h"

#include "server/base/text.h"

namespace postern::admin {

std::string_view bearer_of(const http::Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    const http::FieldView* found = nullptr;
    for (const http::FieldView& field : request.fields) {
        if (!equal_no_case(field.name, "Authorization")) continue;
        if (found != nullptr) return {};
        found = &field;
    }
    if (found == nullptr || found->value.size() < kScheme.size()) return {};
    if (!equal_no_case(found->value.substr(0, kScheme.size()), kScheme)) return {};
    return trim(found->value.substr(kScheme.size()));
}

}  // namespace postern::admin
