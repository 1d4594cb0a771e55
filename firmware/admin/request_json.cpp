#include "firmware/admin/request_json.h"

#include <algorithm>

#include "server/base/json.h"

namespace postern::admin {

namespace {

constexpr std::size_t kMostBody = 65536;  // a hundred names of 253 characters, twice

// The member as texts; nothing: it is no list of texts.
std::optional<std::vector<std::string>> texts_in(const Json& json, std::string_view name) {
    const auto* list = json.array(name);
    if (list == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const Json& each : *list) {
        if (each.kind() != Json::Kind::kString) return std::nullopt;
        texts.push_back(each.string());
    }
    return texts;
}

bool has_only(const Json& json, std::initializer_list<std::string_view> names) {
    return json.is_object() && std::all_of(json.names().begin(), json.names().end(), [&](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    });
}

// A text that may be missing; false: it is there and none.
bool take_text(const Json& json, std::string_view name, std::string& into) {
    if (json.find(name) == nullptr) return true;
    const auto text = json.text(name);
    if (text) into = *text;
    return text.has_value();
}

}  // namespace

std::optional<std::vector<std::string>> read_texts(std::string_view body, std::initializer_list<const char*> names, std::size_t most) {
    if (body.size() > most) return std::nullopt;
    const auto json = Json::parse(body);
    if (!json || !json->is_object() || json->names().size() != names.size()) return std::nullopt;
    std::vector<std::string> values;
    for (const char* name : names) {
        const auto text = json->text(name);
        if (!text) return std::nullopt;
        values.emplace_back(*text);
    }
    return values;
}

std::optional<std::vector<std::string>> read_names_request(std::string_view body) {
    if (body.empty()) return std::vector<std::string>();
    if (body.size() > kMostBody) return std::nullopt;
    const auto json = Json::parse(body);
    if (!json || !has_only(*json, {"names"})) return std::nullopt;
    return json->names().empty() ? std::vector<std::string>() : texts_in(*json, "names");
}

std::optional<FirstRequest> read_first_request(std::string_view body) {
    if (body.size() > kMostBody) return std::nullopt;
    const auto json = Json::parse(body);
    if (!json || !has_only(*json, {"names", "agree_tos", "email", "ca"})) return std::nullopt;
    FirstRequest request;
    auto names = texts_in(*json, "names");
    const auto agrees = json->flag("agree_tos");
    if (!names || !agrees || !take_text(*json, "email", request.email) || !take_text(*json, "ca", request.ca)) return std::nullopt;
    request.names = std::move(*names);
    request.agree_tos = *agrees;
    return request;
}

}  // namespace postern::admin
