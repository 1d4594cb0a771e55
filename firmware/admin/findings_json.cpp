#include "firmware/admin/findings_json.h"

#include <nlohmann/json.hpp>

namespace postern::admin {

std::string findings_json(const std::vector<acme::preflight::Finding>& findings) {
    using Json = nlohmann::ordered_json;
    using acme::preflight::name_of;
    Json list = Json::array();
    for (const auto& finding : findings) {
        Json paste = Json::array();
        for (const auto& one : finding.paste) paste.push_back({{"where", one.where}, {"lines", one.lines}});
        list.push_back({{"check", finding.check},
                        {"level", name_of(finding.level)},
                        {"about", finding.about},
                        {"seen", finding.seen},
                        {"result", finding.result},
                        {"change", finding.change},
                        {"paste", std::move(paste)}});
    }
    const Json json{{"level", name_of(worst_of(findings))}, {"findings", std::move(list)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace postern::admin
