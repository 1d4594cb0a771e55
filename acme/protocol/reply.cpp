#include "acme/protocol/transport.h"
#include "server/base/text.h"

namespace postern::acme {

std::string_view HttpReply::field(std::string_view name) const {
    for (const auto& [key, value] : fields)
        if (equal_no_case(key, name)) return value;
    return {};
}

bool HttpReply::has_type(std::string_view media_type) const {
    const std::string_view type = field("Content-Type");
    return type.empty() || equal_no_case(trim(type.substr(0, type.find(';'))), media_type);
}

std::vector<std::string_view> HttpReply::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [key, value] : fields)
        if (equal_no_case(key, name)) values.push_back(value);
    return values;
}

}  // namespace postern::acme
