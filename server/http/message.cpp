#include "server/http/message.h"

#include "server/base/text.h"

namespace postern::http {

std::string_view Request::field(std::string_view name) const {
    for (const FieldView& each : fields) {
        if (each.name.size() == name.size() && equal_no_case(each.name, name)) return each.value;
    }
    return {};
}

}  // namespace postern::http
