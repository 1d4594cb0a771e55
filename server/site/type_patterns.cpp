#include "server/site/type_patterns.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::site {

bool is_named(std::string_view media_type, const std::vector<std::string>& patterns) {
    const std::string type = lower(trim(media_type.substr(0, media_type.find(';'))));
    return std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
        if (has_prefix(pattern, "*")) return has_suffix(type, pattern.substr(1));
        if (has_suffix(pattern, "/*")) return has_prefix(type, pattern.substr(0, pattern.size() - 1));
        return equal_no_case(type, pattern);
    });
}

}  // namespace postern::site
